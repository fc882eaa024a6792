"""Where a package still mentions a crate that it is to leave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast

import pytest

from codemods.engine.mentions import Mentions
from codemods.engine.workbench import ScratchTree, Workbench
from codemods.recipe.packages import Dependency, Package, Packages

MANIFEST = PurePosixPath("Cargo.toml")


@dataclass
class Bench:
    """A tree of files; everything below `own/` belongs to a package of its own."""

    files: dict[str, str]

    def tree(self, overlay: dict[PurePosixPath, bytes | None]) -> ScratchTree:
        return ScratchTree(tuple(self.files), overlay, lambda path: self.files[str(path)].encode())

    def read(self, path: PurePosixPath, overlay: dict[PurePosixPath, bytes | None]) -> bytes:
        return self.tree(overlay).read(path)

    def manifest_of(self, path: PurePosixPath) -> PurePosixPath:
        return PurePosixPath("own/Cargo.toml") if path.parts[0] == "own" else MANIFEST


def mentions(files: dict[str, str], overlay: dict[str, str | None] | None = None) -> tuple[str, ...]:
    package = Package("p", MANIFEST, dependencies=(Dependency("failure", "failure"),))
    over = {PurePosixPath(k): None if v is None else v.encode() for k, v in (overlay or {}).items()}
    bench = cast("Workbench", Bench(files))
    return Mentions(bench, Packages((package,)), over).of(MANIFEST, "failure")


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("fn f() -> Result<(), failure::Error> { Ok(()) }\n", ("src/lib.rs:1",)),
        ("// one\n#[cfg(windows)]\nuse failure::Error;\n", ("src/lib.rs:3",)),
        ("/// ```\n/// use failure::Error;\n/// ```\nfn f() {}\n", ("src/lib.rs:2",)),
        ("/// A failure::Error, in prose, and [one](failure::Error).\nfn f() {}\n", ()),
        ('fn f(a: A) { a.failure(); let failure = "failure::Error"; }\n', ()),
        ("fn broken( { failure::x\n", ("src/lib.rs:1",)),
    ],
)
def test_code_of_any_kind_counts_and_prose_does_not(code: str, places: tuple[str, ...]) -> None:
    assert mentions({"src/lib.rs": code}) == places


def test_files_as_they_are_with_the_changes() -> None:
    files = {"src/lib.rs": "use failure::Error;\n", "own/src/lib.rs": "use failure::Error;\n"}
    assert mentions(files, {"src/lib.rs": "use anyhow::Error;\n"}) == ()
    assert mentions(files, {"src/lib.rs": None, "build.rs": "fn main() { failure::x() }\n"}) == (
        "build.rs:1",
    )

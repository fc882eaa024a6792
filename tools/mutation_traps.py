"""Wrong edits made by hand to fool a prover: what a dump of the compiler may leave out or print alike.

Each trap is a module of one crate. `«before|after»` marks an edit. A right one must be
proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.rust.edits import Edit
from codemods.rust.grammar import new_parser
from codemods.rust.spans import Span
from tools.mutation_values import Mutation, Where, widened

_MARK = re.compile(r"«(.*?)\|(.*?)»", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trap:
    """One marked module. `is_wrong` is false for the controls."""

    name: str
    text: str
    is_wrong: bool = True
    is_wide: bool = False  # the same as one edit of the whole expression or statement around

    @property
    def path(self) -> PurePosixPath:
        """The module's file in the crate of traps."""
        return PurePosixPath("src", f"{self.name}.rs")

    @property
    def before(self) -> str:
        """The module before the edits."""
        return _MARK.sub(r"\1", self.text)

    @property
    def mutation(self) -> Mutation:
        """The edits, in the coordinates of `before`."""
        edits, before = self._marked(), self.before.encode()
        if self.is_wide:
            edits = widened(edits, new_parser().parse(before).root_node, before)
        whole = Span(0, len(before))
        line = self.before.count("\n", 0, edits[0].span.start) + 1
        return Mutation(f"trap: {self.name}", self.path, edits, Where.BODY, whole, line, self.name)

    def _marked(self) -> tuple[Edit, ...]:
        edits, shift = [], 0
        for found in _MARK.finditer(self.text):
            start = len(self.text[: found.start()].encode()) - shift
            old = found[1].encode()
            edits.append(Edit(Span(start, start + len(old)), found[2]))
            shift += len(found[0].encode()) - len(old)
        return tuple(edits)


def write_crate(folder: Path, traps: Sequence[Trap], edition: str) -> None:
    """Lay the crate of `traps` out in `folder`, as it is before the edits."""
    (folder / "src").mkdir(parents=True)
    has_hostile = any(trap.is_wrong for trap in traps)
    root = _ROOT if has_hostile else ""
    names = " ".join(f"pub mod {trap.name};" for trap in traps)
    (folder / "src" / "lib.rs").write_text(f"#![allow(warnings, let_underscore_lock)]\n{root}\n{names}\n")
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "traps"\nversion = "0.1.0"\nedition = "{edition}"\n'
        '[features]\nextra = []\n[workspace]\nexclude = ["one", "two", "located"]\n'
        + (_NEEDED if has_hostile else "")
    )
    for name, content in _DEPENDENCIES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    for trap in traps:
        (folder / trap.path).write_text(trap.before)


_NEEDED = """\
[dependencies]
one = { package = "twin", path = "one", version = "1" }
two = { package = "twin", path = "two", version = "2" }
located = { path = "located" }
"""

# A module that prints as the crate called `twin` does.
_ROOT = "pub mod twin { pub struct T(pub u32); impl ::two::Size for T { const SIZE: usize = 4; } }"

_DEPENDENCIES = {
    "one/Cargo.toml": '[package]\nname = "twin"\nversion = "1.0.0"\nedition = "2021"\n',
    "one/src/lib.rs": """\
pub struct T(pub u8);
pub trait Size { const SIZE: usize; }
impl Size for T { const SIZE: usize = 1; }
""",
    "two/Cargo.toml": '[package]\nname = "twin"\nversion = "2.0.0"\nedition = "2021"\n',
    "two/src/lib.rs": """\
pub struct T(pub u64);
pub trait Size { const SIZE: usize; }
impl Size for T { const SIZE: usize = 8; }
""",
    "located/Cargo.toml": '[package]\nname = "located"\nversion = "1.0.0"\nedition = "2021"\n',
    "located/src/lib.rs": """\
pub struct Traced(pub u32);
impl From<std::num::ParseIntError> for Traced {
    #[track_caller]
    fn from(_: std::num::ParseIntError) -> Traced { Traced(std::panic::Location::caller().column()) }
}
#[track_caller]
pub fn line() -> u32 { std::panic::Location::caller().line() }
#[macro_export]
macro_rules! thrown_away { ($($any:tt)*) => { () } }
#[cfg(debug_assertions)]
#[macro_export]
macro_rules! release_only { ($($any:tt)*) => { () } }
#[cfg(not(debug_assertions))]
#[macro_export]
macro_rules! release_only { ($($any:tt)*) => { $($any)* } }
""",
}


def _read() -> tuple[Trap, ...]:
    text = Path(__file__).with_suffix(".txt").read_text()
    sections = re.split(r"^###### (wrong|right): [^\n]*\n", text, flags=re.MULTILINE)
    return tuple(
        Trap(name, body.rstrip() + "\n", kind == "wrong")
        for kind, section in zip(sections[1::2], sections[2::2], strict=True)
        for name, body in _named(section)
    )


def _named(section: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"^== (\w+)\n", section, flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


TRAPS = _read()
WIDE = tuple(replace(trap, is_wide=True) for trap in TRAPS)

"""What errors of `quick_error!` print and point at, and what they do after the upgrade: both compiled."""

from __future__ import annotations

import subprocess
from importlib import import_module
from pathlib import Path, PurePosixPath

import pytest

from codemods.recipe import (
    Change,
    Dependency,
    Edited,
    Facts,
    Package,
    Packages,
    Recipe,
    Source,
    Target,
    find_sites,
)
from codemods.rust.edits import apply_edits

GIVEN = Path(__file__).parent / "given"
quick_error: Recipe = import_module("codemods.recipes.quick_error").quick_error
SHOWN = (
    "show(Described::A);"
    ' show(Described::from(io::Error::new(io::ErrorKind::Other, "d")));'
    " show(Described::C(1)); show(Described::D);"
)


def program(release: str) -> str:
    """Return a program that shows all that a declaration can say in this release."""
    text = (GIVEN / "everything.rs").read_text()
    if release.startswith("2"):
        return text.replace("SOURCE(", "source(")
    text = text.replace("SOURCE(", "cause(").replace("/*SHOWN*/", SHOWN)
    return text.replace("/*DESCRIBED*/", (GIVEN / "described.rs").read_text())


def upgraded(text: str, release: str, form: str, edition: str = "2021") -> str:
    """Return what the recipe makes of the program, in the form of that name where there is one."""
    entry = Dependency("quick-error", "quick-error", requirement=release, resolved=(release,))
    main = PurePosixPath("src/main.rs")
    package = Package(
        "given",
        PurePosixPath("Cargo.toml"),
        edition,
        targets=(Target("given", "bin", main),),
        dependencies=(entry,),
    )
    source = Source(main, text.encode(), edition)
    proposals = quick_error.plan(find_sites(quick_error, source), Facts({}), {}, Packages((package,)))
    edits = []
    for change in proposals:
        assert isinstance(change, Change)
        forms = {each.name: each for each in change.forms}
        files = forms.get(form, change.forms[0]).files
        edits += [edit for file in files if isinstance(file, Edited) for edit in file.edits]
    return apply_edits(source.content, edits).decode()


def printed(folder: Path, text: str, dependency: str, edition: str = "2021") -> list[str]:
    """Return the lines that the program prints."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.rs").write_text(text)
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "given"\nversion = "0.1.0"\nedition = "{edition}"\n\n'
        f"[dependencies]\n{dependency}\n\n[workspace]\n"
    )
    ran = subprocess.run(["cargo", "run", "--quiet"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def without_sources(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("  <- ")]


@pytest.mark.cargo
@pytest.mark.crates
@pytest.mark.parametrize(("form", "thiserror"), [("derived", "1"), ("derived", "2"), ("written", "2")])
@pytest.mark.parametrize("release", ["1.2.2", "1.2.3", "2.0.1"])
def test_errors_print_and_point_at_what_they_did(
    release: str, form: str, thiserror: str, tmp_path: Path
) -> None:
    text = program(release)
    new = printed(tmp_path / "new", upgraded(text, release, form), f'thiserror = "{thiserror}"')
    old = printed(tmp_path / "old", text, f'quick-error = "={release}"')

    assert len(old) > 90
    assert without_sources(new) == without_sources(old)
    if release.startswith("2"):  # before, errors had a cause that was no source
        assert new == old

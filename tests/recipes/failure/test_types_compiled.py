"""What the types print, with `failure` and with both versions of `thiserror`: the same, value by value."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from codemods.recipes.failure.types import derived_types

from tests.recipes.failure.sources import names_of, rewritten

GIVEN = Path(__file__).parent / "given"
IMPORTS = ("use failure::Fail;\n", "        use failure::Fail as Failing;\n\n")


@pytest.mark.cargo
@pytest.mark.crates
@pytest.mark.parametrize("requirement", ["1", "2"])
def test_every_form_prints_the_same_texts_and_causes(requirement: str, tmp_path: Path) -> None:
    before = (GIVEN / "types.rs").read_text()
    names = names_of(before)
    after = rewritten(names, derived_types(names))
    for line in IMPORTS:
        after = after.replace(line, "")

    old = _printed(tmp_path / "old", before, "show_old.rs", 'failure = "0.1.8"')
    new = _printed(tmp_path / "new", after, "show_new.rs", f'thiserror = "{requirement}"')

    assert new == old
    assert len(old.splitlines()) > 30


def _printed(folder: Path, text: str, show: str, dependency: str) -> str:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.rs").write_text(text)
    shutil.copy(GIVEN / show, folder / "src" / "show.rs")
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "given"\nversion = "0.1.0"\nedition = "2018"\n'
        f"[dependencies]\n{dependency}\n[workspace]\n"
    )
    run = subprocess.run(["cargo", "run", "-q"], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-4000:]
    return run.stdout

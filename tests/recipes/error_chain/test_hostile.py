"""The recipe `error-chain` on code that is written to mislead it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from codemods.engine.dependencies import Realised
from codemods.engine.overlay import Chosen
from codemods.engine.telling import tell
from codemods.engine.workbench import Workbench
from tests.recipes.error_chain.helpers import change, package, planned, workspace

PROGRAM = (
    "#[macro_use]\nextern crate error_chain;\nerror_chain! {}\n"
    'fn run() -> Result<()> { read().chain_err(|| "no")?; bail!("a") }\nfn main() { run().unwrap() }\n'
)


def test_notes_are_about_the_form_that_is_written() -> None:
    found = change(planned({"src/main.rs": PROGRAM}, workspace(package("src/main.rs"))))

    told = {form.name: _told(Chosen(found, index)) for index, form in enumerate(found.forms)}

    assert "`anyhow`: nobody looks into its errors" in told.pop("anyhow")
    assert told
    for text in told.values():
        assert "its types stay: `anyhow`, which was tried first, did not hold" in text
        assert "nobody looks into" not in text


def _told(choice: Chosen) -> str:
    notes: list[str] = []
    bench = cast(Workbench, SimpleNamespace(note=notes.append))
    tell(bench, [choice], cast(Realised, SimpleNamespace(notes=(), chosen=(choice,))))
    return "\n".join(notes)

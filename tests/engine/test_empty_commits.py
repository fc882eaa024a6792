"""No commit without a file: where all that a change was to do is held back."""

from __future__ import annotations

from codemods.engine.commits import drafts
from codemods.engine.overlay import Chosen
from codemods.recipe import Change, Form


def test_a_change_without_files_makes_no_commit() -> None:
    choice = Chosen(Change(("site",), (Form(()),)))

    assert drafts([("", [choice])], {}, {}, "Replace it") == []

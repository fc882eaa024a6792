"""Recognise tests that fail only because code moved: they know lines or columns by heart.

The proof is a second tree: the same tokens as the changed one, but spaces and line breaks in place of what
is gone, so that nothing moves. A test that fails on the changed tree and passes on that one depends on the
layout of the source. Only where its own output shows a place in the source is that taken for the test's
expectation; else what the program *does* depends on its layout, and the test fails for good reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.engine.overlay import Composition, EditedFile, Overlay
from codemods.rust.edits import Edit, apply_edits

if TYPE_CHECKING:
    from codemods.engine.workbench import Workbench

_PANICKED_AT = re.compile(
    r"^thread '.*'(?: \(\d+\))? panicked at .*\.rs:\d+:\d+:$|', \S+\.rs:\d+:\d+$", re.MULTILINE
)
_BACKTRACE = re.compile(r"^stack backtrace:$.*?(?=^note: |\Z)", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"\.rs\b.{0,12}\d|\b(?:line|column|col)\b\W{0,3}\d", re.IGNORECASE)
_SIDES = re.compile(
    r"^ *left: (?P<left>.*?)\n *right: (?P<right>.*?)(?=\n *\n|\n\S|\s*\Z)", re.MULTILINE | re.DOTALL
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Located:
    """`tests` expect places in the source that moved; `behaviour`: what these run depends on its layout."""

    tests: tuple[str, ...] = ()
    behaviour: tuple[str, ...] = ()


def located_tests(bench: Workbench, composition: Composition, failed: Mapping[str, str]) -> Located:
    """Return those of the tests `failed` (what each printed) that pass where nothing moves."""
    unmoved = unmoved_tree(composition)
    if not failed or unmoved == composition.overlay:
        return Located()
    report = bench.tests(unmoved, failed.keys())
    passing = [name for name in sorted(failed) if report.verdicts.get(name) == "ok"]
    return Located(
        tuple(name for name in passing if shows_place(failed[name])),
        tuple(name for name in passing if not shows_place(failed[name])),
    )


def unmoved_tree(composition: Composition) -> Overlay:
    """Return the tree with the tokens of `composition`, but nothing behind an edit moved, where possible."""
    files = {path: _unmoved(file) for path, file in composition.files.items()}
    return {**composition.overlay, **files}


def shows_place(printed: str) -> bool:
    """Whether a failing test complains about a place in the source, apart from where it panicked.

    Where it shows two values, these must be the same but for numbers.
    """
    text = _PANICKED_AT.sub("", _BACKTRACE.sub("", printed.replace("\r\n", "\n")))
    sides = _SIDES.search(text)
    if sides is not None:
        same = _NUMBER.sub("#", sides["left"]) == _NUMBER.sub("#", sides["right"])
        return same and _PLACE.search(sides["left"]) is not None
    return _PLACE.search(text) is not None


def _unmoved(file: EditedFile) -> bytes:
    return apply_edits(
        file.old, [_padded(edit, edit.span.of(file.old).decode()) for edit in file.edits.edits]
    )


def _padded(edit: Edit, old: str) -> Edit:
    """Return the edit with as many lines, and as long a last line, as what it replaces."""
    lines = old.count("\n") - edit.text.count("\n")
    last, new_last = old.rpartition("\n")[2], edit.text.rpartition("\n")[2]
    if lines < 0:
        return edit
    padding = "\n" * lines + " " * (len(last) if lines else max(0, len(last) - len(new_last)))
    return Edit(edit.span, edit.text + padding)

"""What grading a branch anew found, against what its ledger claims: for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from codemods.engine.document import ChangeRecord, Grade, Outcome, SiteRecord
from codemods.engine.recheck import Compared, Recheck
from codemods.review.by_need import changes_by_need
from codemods.review.console import line, print_lines, prose
from codemods.review.drawing import evidence_lines, rejection_lines
from codemods.review.groups import GRADE_WORDS, ChangeView, plural
from codemods.review.sections import heading, rejections

SCHEMA = "codemod.recheck/1"
_SHOWN = 40
_MESSAGE_LINES = 14


def show_recheck(console: Console, found: Recheck, *, verbose: bool = False) -> None:
    """Print where the verdicts of this machine disagree with what the ledger claims."""
    print_lines(console, recheck_lines(found, console.width, verbose=verbose))


def dump_recheck(found: Recheck) -> str:
    """Return all of it as JSON in ASCII; `gradings` are run documents."""
    values = {
        "schema": SCHEMA,
        "as_claimed": found.exit_code == 0,
        "worse": [_values(each) for each in found.worse],
        "unspoken": [_values(each) for each in found.unspoken],
        "missing": [change.id for change in found.missing],
        "gradings": [asdict(document) for document in found.documents],
    }
    return json.dumps(values, indent=2, allow_nan=False) + "\n"


def recheck_lines(found: Recheck, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the lines of `show_recheck`: what is worse first, then the verdict on the whole."""
    if verbose:
        for document in found.documents:
            yield from changes_by_need(document, width, verbose=True)
            yield from rejections(document, width, verbose=True)
    yield from _items("Less shown here than claimed", found.worse, width)
    yield from _items("Not spoken of by the ledger", found.unspoken, width)
    yield from _missing(found.missing)
    yield from _conclusion(found, width)


def _items(title: str, items: Sequence[Compared], width: int) -> Iterator[Text]:
    if items:
        yield from heading(title, plural(len(items), "place"))
    for each in items[:_SHOWN]:
        yield Text()
        yield _item_heading(each)
        if each.item.outcome is Outcome.REJECTED:
            yield from rejection_lines(_view(each.item), limit=_MESSAGE_LINES)
        else:
            yield from evidence_lines(each.item.evidence, width)
    if len(items) > _SHOWN:
        yield line((f"… and {plural(len(items) - _SHOWN, 'more place')}", "quiet"))


def _item_heading(each: Compared) -> Text:
    item = each.item
    name = f"  in {item.item}" if item.item else ""
    claimed = f"claimed {_word(each.claimed)}" if each.claimed is not None else "claimed nothing"
    here = "rejected" if item.outcome is Outcome.REJECTED else _word(item.grade)
    return line((f"{item.path}:{item.line}", "title"), name, f"  {claimed}, here ", (here, "warning"))


def _missing(changes: Sequence[ChangeRecord]) -> Iterator[Text]:
    if changes:
        yield from heading("Claimed, and not on the branch", plural(len(changes), "change"))
    for change in changes[:_SHOWN]:
        yield line(f"{', '.join(change.paths)}  change {change.id}", indent=2)
    if len(changes) > _SHOWN:
        yield line((f"… and {plural(len(changes) - _SHOWN, 'more change')}", "quiet"), indent=2)


def _conclusion(found: Recheck, width: int) -> Iterator[Text]:
    yield Text()
    fine = [each for each in found.compared if each.claimed is not None and not each.is_worse]
    yield line(
        (f"Graded here: {plural(len(found.compared), 'place')}", "title"),
        f", {len(fine):,} as claimed or better",
    )
    for sandbox in dict.fromkeys(document.sandbox for document in found.documents):
        yield from prose(sandbox, width, indent=2, style="quiet", label="sandbox: ")
    configurations = {c.id: None for document in found.documents for c in document.configurations}
    yield from prose(", ".join(configurations), width, indent=2, style="quiet", label="built in: ")
    verdict = "The ledger holds." if found.exit_code == 0 else "The ledger does not hold here."
    yield line((verdict, "title"))


def _view(item: SiteRecord) -> ChangeView:
    change = ChangeRecord(item.change or "", item.recipe, (item.id,), (item.path,), (), "person", "plain",
                          item.grade, None, "")  # fmt: skip
    return ChangeView(change, (item,))


def _word(grade: Grade | None) -> str:
    return f"{grade.value} {GRADE_WORDS[grade]}" if grade is not None else "no grade"


def _values(each: Compared) -> dict[str, object]:
    return {
        "path": each.item.path,
        "line": each.item.line,
        "item": each.item.item,
        "claims": [change.id for change in each.claims],
        "claimed": each.claimed,
        "found": each.item.grade,
        "outcome": each.item.outcome,
        "reason": each.item.reason,
    }

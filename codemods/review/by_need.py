"""The changes of a branch in the terminal: what needs eyes first, what is proved in one line a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from codemods.engine.document import Evidence, RunDocument
from codemods.review.console import line, prose
from codemods.review.drawing import (
    EXCERPT_LINES,
    built_lines,
    change_heading,
    diff_lines,
    evidence_lines,
    folded_lines,
)
from codemods.review.groups import ChangeView, plural
from codemods.review.needs import (
    NEED_MEANINGS,
    Need,
    NeedGroup,
    built_in,
    common,
    is_folded,
    need_groups,
    words,
)
from codemods.review.sections import heading, more_files, warnings

_CHANGES = 200
_SHORT = {
    Need.UNVERIFIED: "unverified",
    Need.MODEL: "written by a model",
    Need.DIFFERENT: "found different",
    Need.COMPILED: "compiled only",
    Need.TESTED: "tested",
    Need.PROVED: "proved",
}


def changes_by_need(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield every change on the branch, in groups; those that need eyes most stand first."""
    groups = need_groups(document)
    if not groups:
        return
    yield from _at_a_glance(groups, width)
    room = sum(len(group.views) for group in groups) if verbose else _CHANGES
    for group in groups:
        folded = () if verbose else tuple(view for view in group.views if is_folded(view))
        full = tuple(view for view in group.views if view not in folded)
        yield from heading(group.title, "as claimed" if document.doubts else "")
        yield from prose(f"{NEED_MEANINGS[group.need]}.", width, indent=2, style="quiet")
        yield from _group(full[:room], folded, width, is_claim=bool(document.doubts), verbose=verbose)
        yield from more_files(full[room:])
        room -= len(full[:room])


def _at_a_glance(groups: Sequence[NeedGroup], width: int) -> Iterator[Text]:
    """Yield how many changes need eyes, and how many do not."""
    total = sum(len(group.views) for group in groups)
    parts = ", ".join(f"{len(group.views):,} {_SHORT[group.need]}" for group in groups)
    eyes = sum(len(group.views) for group in groups if not group.is_calm)
    verdict = f"{eyes:,} need{'s' if eyes == 1 else ''} eyes" if eyes else "none needs eyes first"
    yield Text()
    yield from prose(f"{plural(total, 'change')}, {verdict}: {parts}", width, style="title")


def _group(
    full: Sequence[ChangeView],
    folded: Sequence[ChangeView],
    width: int,
    *,
    is_claim: bool,
    verbose: bool,
) -> Iterator[Text]:
    built, shared = common((*full, *folded)) if full or folded else (None, ())
    if built is not None or shared:
        yield line(("for all of them", "quiet"), indent=2)
        yield from built_lines(built, width, indent=4)
        yield from evidence_lines(shared, width, indent=4)
    for text in _counts(folded, shared):
        yield line((text, "quiet"), indent=4 if built is not None or shared else 2)
    for view in full:
        yield Text()
        yield from _change(view, width, built, shared, is_claim=is_claim, verbose=verbose)
    yield from folded_lines(folded)
    if folded:
        yield line(("-v shows each of them with its diff", "quiet"), indent=2)


def _counts(folded: Sequence[ChangeView], shared: Sequence[Evidence]) -> Iterator[str]:
    """Yield of how many folded changes each check showed what; what is so for all has been said."""
    counts: Counter[tuple[str, str]] = Counter()
    for view in folded:
        own = (found for found in view.evidence if found not in shared)
        counts.update([*dict.fromkeys((found.check, words(found)[0]) for found in own)])
    for (_, label), count in counts.items():
        yield f"{label}: {count:,} of {len(folded):,}"


def _change(
    view: ChangeView,
    width: int,
    built: str | None,
    shared: Sequence[Evidence],
    *,
    is_claim: bool,
    verbose: bool,
) -> Iterator[Text]:
    yield change_heading(view, is_claim=is_claim)
    yield from diff_lines(view, context=None)
    own = (found for found in view.evidence if found not in shared)
    if built is None:
        yield from built_lines(built_in(view), width)
    yield from evidence_lines(own, width, limit=None if verbose else EXCERPT_LINES)
    for reason in view.reasons:
        yield from prose(reason, width, indent=2)
    yield from warnings(view)

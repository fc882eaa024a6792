"""Pieces of the terminal reports: a diff, a change with its evidence, groups of reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from rich.text import Text

from codemods.engine.document import Evidence, QuestionRecord, SiteRecord
from codemods.review.console import grade_style, line, outcome_style, prose, verbatim
from codemods.review.diffs import FileDiff, Hunk, Kind, Line, parse_diff
from codemods.review.groups import GRADE_WORDS, ChangeView, ReasonGroup, places, plural
from codemods.review.needs import line_numbers, not_checked, shown, words

EXCERPT_LINES = 6
_LINES = 8
_STYLES = {Kind.SAME: "quiet", Kind.ADDED: "added", Kind.REMOVED: "removed", Kind.OTHER: "quiet"}


def change_heading(view: ChangeView, *, is_claim: bool = False) -> Text:
    """Return where a change is, how it is graded (or claimed to be) and who wrote it, on one line."""
    change, first = view.change, view.first
    place = f"{first.path}:{first.line}:{first.column}" if first else ", ".join(change.paths)
    grade = f"{change.grade.value} {GRADE_WORDS[change.grade]}" if change.grade else str(view.outcome or "")
    grade = f"claimed {grade}" if is_claim else grade
    style = grade_style(change.grade) if change.grade else outcome_style(view.outcome)
    parts: list[str | tuple[str, str]] = [(place, "title"), "  ", (grade, style), "  ", change.recipe]
    if change.origin != "rule":
        parts.append((f"  by {change.origin}", "warning"))
    if change.form != "plain":
        parts.append((f"  {change.form} form", "quiet"))
    if len(view.sites) > 1:
        parts.append((f"  {plural(len(view.sites), 'site')}", "quiet"))
    if change.commit:
        parts.append((f"  {change.commit[:10]}", "quiet"))
    return line(*parts)


def diff_lines(view: ChangeView, *, context: int | None, indent: int = 2) -> Iterator[Text]:
    """Yield a diff with line numbers, `context` unchanged lines round each run of changes
    (`None`: all there are). Files are named when there is more than that of its sites."""  # fmt: skip
    for file in parse_diff(view.change.diff):
        if file.in_short is not None:
            yield line((str(file.path), "title"), (f"  {file.in_short}", "quiet"), indent=indent)
            continue
        if file.path is not None and not view.is_local:
            yield line((file.path, "title"), indent=indent)
        if file.crlf:
            yield line(("lines end in CR LF", "quiet"), indent=indent)
        yield from _file_lines(file, context, indent)


def evidence_lines(
    evidence: Iterable[Evidence], width: int, *, indent: int = 2, limit: int | None = EXCERPT_LINES
) -> Iterator[Text]:
    """Yield what each check showed, with at most `limit` lines of its excerpt, then what was not checked."""
    every = tuple(evidence)
    for found in (*shown(every), *not_checked(every)):
        label, detail = words(found)
        style = {"failed": "rejected", "skipped": "quiet"}.get(found.status, "")
        yield from prose(detail, width, indent=indent, style=style, label=f"{label}: ")
        if found.excerpt:
            yield from verbatim(found.excerpt, indent=indent + 4, limit=limit)


def built_lines(built: str | None, width: int, *, indent: int = 2) -> Iterator[Text]:
    """Yield in which configurations something was compiled."""
    if built is not None:
        yield from prose(built, width, indent=indent, label="built in: ")


def folded_lines(views: Sequence[ChangeView]) -> Iterator[Text]:
    """Yield one line a file: how many changes, and where."""
    for path, group in groupby(views, key=attrgetter("path")):
        changes = list(group)
        yield line(
            (path, "title"),
            f"  {plural(len(changes), 'change')}",
            (f"  {line_numbers(changes, _LINES)}", "quiet"),
            indent=2,
        )


def reason_lines(
    groups: Sequence[ReasonGroup], width: int, *, groups_limit: int | None, places_limit: int | None
) -> Iterator[Text]:
    """Yield every group of sites that were left alone: outcome, code, count, reason, places."""
    for group in groups[:groups_limit]:
        yield line(
            (str(group.outcome), outcome_style(group.outcome)),
            "  ",
            (group.code or "no code", "title"),
            (f"  {plural(len(group.sites), 'site')}", "quiet"),
            indent=2,
        )
        yield from prose(group.reason, width, indent=4)
        yield from place_lines(group.sites, width, limit=places_limit)
    hidden = groups[groups_limit:] if groups_limit is not None else ()
    if hidden:
        sites = sum(len(group.sites) for group in hidden)
        yield line(
            (
                f"… and {plural(len(hidden), 'more reason')} for {plural(sites, 'site')} (-v shows them)",
                "quiet",
            ),
            indent=2,
        )


def place_lines(sites: Iterable[SiteRecord], width: int, *, limit: int | None) -> Iterator[Text]:
    """Yield the places of sites, as many on a line as fit."""
    current = ""
    shown, rest = places(sites, limit)
    for place in (*shown, *([f"and {rest:,} more"] if rest else [])):
        if current and 4 + len(current) + 2 + len(place) > width:
            yield line((current + ",", "quiet"), indent=4)
            current = ""
        current = f"{current}, {place}" if current else place
    if current:
        yield line((current, "quiet"), indent=4)


def question_lines(
    questions: Sequence[QuestionRecord], sites: dict[str, SiteRecord], width: int, *, limit: int | None
) -> Iterator[Text]:
    """Yield each question with its options and what they change."""
    for question in questions[:limit]:
        site = sites.get(question.site)
        place = f"{site.path}:{site.line}:{site.column}" if site else question.site
        yield line((place, "title"), "  ", question.code, (f"  question {question.id}", "quiet"), indent=2)
        for option in question.options:
            yield from prose(option.effect, width, indent=4, label=f"{option.id}: ")
    if limit is not None and len(questions) > limit:
        yield line((f"… and {len(questions) - limit} more questions (-v shows them)", "quiet"), indent=2)


def rejection_lines(view: ChangeView, *, limit: int | None) -> Iterator[Text]:
    """Yield what rustc said to a change that is not on the branch."""
    for reason in view.reasons or ("no reason was recorded",):
        yield from verbatim(reason, indent=2, limit=limit)


def _file_lines(file: FileDiff, context: int | None, indent: int) -> Iterator[Text]:
    for number, hunk in enumerate(file.hunks):
        if number:
            yield line(("⋮", "quiet"), indent=indent + 4)
        yield from _hunk_lines(hunk, context, indent)


def _hunk_lines(hunk: Hunk, context: int | None, indent: int) -> Iterator[Text]:
    shown = _near_changes(hunk.lines, context)
    number, skipped = hunk.line, False
    for index, current in enumerate(hunk.lines):
        if index in shown:
            if skipped and index - 1 not in shown and min(shown) < index:
                yield line(("⋮", "quiet"), indent=indent + 4)
            yield _diff_line(current, number, indent)
        skipped = index not in shown
        number += current.kind in (Kind.SAME, Kind.REMOVED)


def _diff_line(current: Line, number: int, indent: int) -> Text:
    numbered = current.kind in (Kind.SAME, Kind.REMOVED) and number > 0
    marker = " " if current.kind is Kind.OTHER else current.kind.value
    text = current.text.expandtabs(4)
    return line(
        (f"{number if numbered else '':>5} ", "quiet"),
        (f"{marker} {text}", _STYLES[current.kind]),
        indent=indent,
    )


def _near_changes(lines: Sequence[Line], context: int | None) -> set[int]:
    if context is None:
        return set(range(len(lines)))
    changed = [index for index, current in enumerate(lines) if current.kind is not Kind.SAME]
    return {near for index in changed for near in range(index - context, index + context + 1)} & set(
        range(len(lines))
    )

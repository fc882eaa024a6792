"""What a run makes of the public API: which items are not what they were, and the version that asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from codemods.engine.document import ApiRecord, BumpRecord, RunDocument
from codemods.review.console import line, prose
from codemods.review.escape import html, markdown_code, markdown_inline, terminal_line
from codemods.review.groups import plural
from codemods.review.markdown_changes import cut, details

_SHOWN = 12
_SHOWN_IN_PAGES = 100
_SIGNATURE = 300  # characters
_ORDER = ("removed", "changed", "trait-removed", "added", "trait-added")


@dataclass(frozen=True, slots=True)
class ApiGroup:
    """One library: what is not the same, breaking things first, and how often an alias alone changes more."""

    bump: BumpRecord
    records: tuple[ApiRecord, ...]
    through: tuple[tuple[str, int], ...]

    @property
    def title(self) -> str:
        """The version that it asks for."""
        bump = self.bump
        if bump.asked is None:
            return f"{bump.package} {bump.current}: the same"
        counts = Counter(record.bump for record in self.records)
        counts["major"] += sum(count for _, count in self.through)
        parts = [f"{counts[each]:,} {each}" for each in ("major", "minor") if counts[each]]
        return f"{bump.package} {bump.current} asks for {bump.asked} ({', '.join(parts)})"


def api_groups(document: RunDocument) -> tuple[ApiGroup, ...]:
    """Return the libraries whose public items were compared."""
    groups = []
    for bump in document.bumps:
        own = [record for record in document.api if record.package == bump.package]
        direct = [record for record in own if record.via is None]
        direct.sort(key=lambda record: (record.bump != "major", _ORDER.index(record.kind), record.item))
        through = Counter(record.via for record in own if record.via is not None)
        groups.append(ApiGroup(bump, tuple(direct), tuple(sorted(through.items()))))
    return tuple(groups)


def api_lines(document: RunDocument, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield the section for a terminal; nothing where all public items are the same."""
    groups = [group for group in api_groups(document) if group.bump.asked is not None]
    if not groups:
        return
    yield Text()
    yield line(("Public API", "title"))
    for group in groups:
        yield line((group.title, "warning" if group.bump.bump == "major" else ""), indent=2)
        limit = None if verbose else _SHOWN
        for record in group.records[:limit]:
            yield from _record_lines(record, width)
        for text in _rest(group, limit):
            yield line((text, "quiet"), indent=4)
        yield from prose(f"compared {group.bump.checked_by}", width, indent=4, style="quiet")


def api_markdown(document: RunDocument) -> Iterator[str]:
    """Yield the section of a Markdown report."""
    groups = api_groups(document)
    if not groups:
        return
    yield "### Public API"
    for group in groups:
        yield ""
        if group.bump.asked is None:
            yield f"{markdown_inline(cut(group.title))} ({markdown_inline(group.bump.checked_by)})."
        else:
            # On one line: a blank line would end the HTML and let Markdown begin again.
            yield from details(html(terminal_line(cut(group.title))), _markdown_items(group))


def api_html(document: RunDocument) -> Iterator[str]:
    """Yield the section of a page."""
    groups = api_groups(document)
    if not groups:
        return
    yield "<h2>Public API</h2>"
    for group in groups:
        yield f"<details{' open' if group.bump.asked else ''}><summary>{html(group.title)}</summary><ul>"
        for record in group.records[:_SHOWN_IN_PAGES]:
            texts = " → ".join(f"<code>{html(cut(text, _SIGNATURE))}</code>" for text in _texts(record))
            yield f"<li>{html(record.kind)} <code>{html(record.item)}</code> ({record.bump}): {texts}</li>"
        yield from (f"<li>{html(text)}</li>" for text in _rest(group, _SHOWN_IN_PAGES))
        yield f"</ul><p>Compared {html(group.bump.checked_by)}.</p></details>"


def _record_lines(record: ApiRecord, width: int) -> Iterator[Text]:
    yield line((f"{record.kind:<13} ", "quiet"), record.item, indent=4)
    signs = {"removed": ("-",), "changed": ("-", "+"), "added": ("+",)}.get(record.kind, ())
    styles = {"-": "removed", "+": "added"}
    for sign, text in zip(signs, _texts(record), strict=False):
        yield from prose(cut(text, _SIGNATURE), width, indent=8, style=styles[sign], label=f"{sign} ")


def _markdown_items(group: ApiGroup) -> Iterator[str]:
    for record in group.records[:_SHOWN_IN_PAGES]:
        texts = " → ".join(markdown_code(cut(text, _SIGNATURE)) for text in _texts(record))
        yield f"- {record.kind} {markdown_code(record.item)} ({record.bump}): {texts}"
    yield from (f"- {markdown_inline(text)}" for text in _rest(group, _SHOWN_IN_PAGES))
    yield ""
    yield f"Compared {markdown_inline(group.bump.checked_by)}."


def _texts(record: ApiRecord) -> list[str]:
    return [text for text in (record.old, record.new) if text is not None]


def _rest(group: ApiGroup, limit: int | None) -> Iterator[str]:
    """Yield what is not listed one by one."""
    hidden = 0 if limit is None else len(group.records) - limit
    if hidden > 0:
        yield f"and {plural(hidden, 'more item')}"
    for alias, count in group.through:
        yield f"and {plural(count, 'signature')} that {'names' if count == 1 else 'name'} `{alias}`"

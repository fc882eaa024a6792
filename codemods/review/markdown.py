"""The run document as Markdown that fits a pull request description.

It stays far below the 65,536 characters that GitHub takes, whatever the size of the run: long
lists are cut and say so. The diffs are left out, the pull request shows them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from codemods.engine.document import Grade, Outcome, RunDocument
from codemods.review.api import api_markdown
from codemods.review.escape import html, markdown_code, markdown_code_block, markdown_inline, terminal_line
from codemods.review.groups import (
    GRADE_MEANINGS,
    GRADE_WORDS,
    ReasonGroup,
    baseline_notes,
    change_views,
    check_counts,
    file_counts,
    grade_counts,
    left_alone,
    places,
    plural,
)
from codemods.review.markdown_changes import change_lines, cut, details
from codemods.review.needs import configuration_text, dropped_notes

_FILES = 60
_GROUPS = 40
_PLACES = 20
_MESSAGES = 8
_MESSAGE_CHARACTERS = 1500
_LIMIT = 60_000


def render(document: RunDocument) -> str:
    """Return the report, at most 60,000 characters of Markdown."""
    sections = (
        _title,
        _doubts,
        _numbers,
        _notes,
        api_markdown,
        change_lines,
        _verification,
        _left_alone,
        _messages,
        _warnings,
        _questions,
        _files,
    )
    kept: list[str] = []
    room = _LIMIT - len(reproduce := "\n".join(_reproduce(document))) - 200
    for section in sections:
        text = "\n".join(section(document))
        if len(text) > room:
            kept.append("*A part is left out here because it is too long; the JSON report has everything.*")
        elif text:
            kept.append(text)
            room -= len(text) + 2
    return "\n\n".join([*kept, reproduce]) + "\n"


def _title(document: RunDocument) -> Iterator[str]:
    totals = document.totals
    yield f"## Upgrade with codemod: {', '.join(map(markdown_inline, document.recipes))}"
    yield ""
    if totals.found == 0:
        yield "Nothing to do: no site was found."
    else:
        compiled = all(grade is not Grade.UNVERIFIED for grade, _ in grade_counts(document))
        rest = ", every change compiled" if totals.applied and compiled else ""
        yield f"**{totals.applied:,} of {plural(totals.found, 'site')} upgraded**{rest}."


def _numbers(document: RunDocument) -> Iterator[str]:
    totals = document.totals
    if totals.found == 0:
        return
    yield "| outcome | sites | what it rests on |"
    yield "| --- | ---: | --- |"
    for grade, count in grade_counts(document):
        yield f"| applied, {GRADE_WORDS[grade]} ({grade.value}) | {count:,} | {GRADE_MEANINGS[grade]} |"
    for outcome, count, meaning in (
        (Outcome.REFUSED, totals.refused, "left alone on purpose; reasons below"),
        (Outcome.REJECTED, totals.rejected, "tried; the compiler or a test said no, so it is not in here"),
        (Outcome.UNVERIFIED, totals.unverified, "nothing compiles it here, so it is not in here"),
    ):
        if count:
            yield f"| {outcome} | {count:,} | {meaning} |"


def _doubts(document: RunDocument) -> Iterator[str]:
    if document.doubts:
        yield "**All of this is only a claim**; `codemod review --verify` builds and grades it anew."
        yield ""
    for doubt in document.doubts:
        yield f"- {markdown_inline(cut(doubt))}"


def _notes(document: RunDocument) -> Iterator[str]:
    for note in (*document.notes, *baseline_notes(document), *dropped_notes(document)):
        yield f"- {markdown_inline(cut(note))}"


def _verification(document: RunDocument) -> Iterator[str]:
    yield "### How it was verified"
    yield ""
    tool = document.tool
    tools = f"rustc {tool.rustc}, {tool.cargo}, codemod {tool.codemod}; {document.sandbox}"
    yield f"- {markdown_inline(tools)}"
    for configuration in document.configurations[:_PLACES]:
        text = markdown_inline(cut(configuration_text(configuration)))
        yield f"- configuration {markdown_code(cut(configuration.id))}: {text}"
    for check in check_counts(document):
        counts = (("passed", check.passed), ("failed", check.failed), ("skipped", check.skipped))
        words = ", ".join(f"{word} {count:,}" for word, count in counts if count)
        example = markdown_inline(cut(check.details[0][0]))
        more = f" (and {len(check.details) - 1:,} more)" if len(check.details) > 1 else ""
        yield f"- {markdown_inline(check.check)}: {words}. {example}{more}"
    if document.baseline is not None:
        yield f"- before any change: {_baseline(document)}"
    yield f"- {plural(document.compiles, 'compile')}, {document.seconds.total:.1f} s"


def _baseline(document: RunDocument) -> str:
    baseline = document.baseline
    assert baseline is not None
    parts = [plural(baseline.errors, "error"), plural(baseline.warnings, "warning")]
    if baseline.tests is None:
        return ", ".join([*parts, "tests not run"])
    tests = baseline.tests
    return ", ".join([*parts, f"tests {tests.passed} passed, {tests.failed} failed, {tests.ignored} ignored"])


def _left_alone(document: RunDocument) -> Iterator[str]:
    groups = left_alone(document)
    if not groups:
        return
    yield f"### Left alone: {plural(sum(len(group.sites) for group in groups), 'site')}"
    for group in groups[:_GROUPS]:
        yield ""
        yield from details(_group_title(group), _group_body(group))
    if len(groups) > _GROUPS:
        sites = sum(len(group.sites) for group in groups[_GROUPS:])
        yield ""
        yield f"And {plural(sites, 'site')} for {plural(len(groups) - _GROUPS, 'more reason')}."


def _group_title(group: ReasonGroup) -> str:
    # On one line: a blank line would end the HTML and let Markdown begin again.
    code = f" <code>{html(terminal_line(cut(group.code)))}</code>" if group.code else ""
    return f"{group.outcome}{code}: {plural(len(group.sites), 'site')}"


def _group_body(group: ReasonGroup) -> Iterator[str]:
    yield f"Reason: {markdown_inline(cut(group.reason))}"
    yield ""
    shown, rest = places(group.sites, _PLACES)
    for place in shown:
        yield f"- {markdown_code(place)}"
    if rest:
        yield f"- and {rest:,} more"


def _messages(document: RunDocument) -> Iterator[str]:
    reasons = dict.fromkeys(
        site.reason for site in document.sites if site.outcome is Outcome.REJECTED and site.reason
    )
    if not reasons:
        return
    yield from details("What the compiler said", _message_blocks(list(reasons)))


def _message_blocks(reasons: list[str]) -> Iterator[str]:
    for number, reason in enumerate(reasons[:_MESSAGES]):
        if number:
            yield ""
        yield markdown_code_block(cut(reason, _MESSAGE_CHARACTERS), "text")
    if len(reasons) > _MESSAGES:
        yield ""
        yield f"And {plural(len(reasons) - _MESSAGES, 'more message')}."


def _warnings(document: RunDocument) -> Iterator[str]:
    applied = (view for view in change_views(document) if view.outcome is Outcome.APPLIED)
    warnings = list(dict.fromkeys(warning for view in applied for warning in view.change.warnings))
    if warnings:
        yield from details(f"New warnings: {len(warnings):,}", _message_blocks(warnings))


def _questions(document: RunDocument) -> Iterator[str]:
    if not document.questions:
        return
    sites = {site.id: site for site in document.sites}
    yield f"### To decide: {plural(len(document.questions), 'question')}"
    yield ""
    for question in document.questions[:_PLACES]:
        site = sites.get(question.site)
        place = f"{site.path}:{site.line}" if site else question.site
        yield f"- {markdown_code(place)} {markdown_code(question.code)}"
        for option in question.options:
            yield f"  - {markdown_code(option.id)}: {markdown_inline(cut(option.effect))}"
    if len(document.questions) > _PLACES:
        yield f"- and {plural(len(document.questions) - _PLACES, 'more question')}"


def _files(document: RunDocument) -> Iterator[str]:
    if files := file_counts(document):
        yield from details(plural(len(files), "file"), _file_table(document))


def _file_table(document: RunDocument) -> Iterator[str]:
    files = file_counts(document)
    yield "| file | applied | refused | rejected | unverified |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for file in files[:_FILES]:
        numbers = (file.applied, file.refused, file.rejected, file.unverified)
        yield f"| {markdown_code(file.path, in_table=True)} | {' | '.join(f'{n:,}' for n in numbers)} |"
    if len(files) > _FILES:
        yield ""
        yield f"And {plural(len(files) - _FILES, 'more file')}."


def _reproduce(document: RunDocument) -> Iterator[str]:
    yield "### Reproduce"
    yield ""
    commands = [
        f"git checkout {shlex.quote(document.base)}",
        shlex.join(["codemod", "apply", *document.recipes]),
    ]
    yield markdown_code_block("\n".join(commands), "sh")
    changed = {key: value for key, value in document.settings.items() if value not in (None, False, "", [])}
    if changed:
        yield ""
        words = (f"{markdown_code(key)} = {markdown_code(_setting(value))}" for key, value in changed.items())
        yield f"Settings: {', '.join(words)}."
    yield ""
    yield f"The result is the git tree {markdown_code(document.tree)}."


def _setting(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

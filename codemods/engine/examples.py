"""Documentation examples: compiled by rustdoc with the library's own flags, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.report import CheckReport, Unit
from codemods.engine.overlay import EditedFile, Overlay
from codemods.recipe.site import Site
from codemods.rust.docs import DocExample

if TYPE_CHECKING:
    from codemods.cargo.doctests import ExampleVerdict
    from codemods.engine.workbench import Workbench


@dataclass(frozen=True, slots=True)
class ExampleCheck:
    """What rustdoc said of the examples that hold sites, by site id.

    `passed` says in which unit; `failed` holds the message; `unknown` why nothing was compiled.
    """

    passed: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    def why_unverified(self, site_id: str) -> str | None:
        """Return why the untouched example verifies nothing, or None where it compiles."""
        if site_id in self.passed:
            return None
        if site_id in self.failed:
            return "this example does not compile before the change either"
        return self.unknown.get(site_id, "rustdoc compiles no such example")

    def message(self, site_id: str) -> str | None:
        """Return what is wrong with the changed example, or None where it compiles."""
        return None if site_id in self.passed else self.failed.get(site_id, self.unknown.get(site_id))

    def detail(self, site_id: str) -> str:
        """Return what was shown."""
        return f"rustdoc on the documentation examples; with the flags of {self.passed[site_id]}"


def check_examples(
    bench: Workbench,
    report: CheckReport,
    sites: Sequence[Site],
    overlay: Overlay,
    files: Mapping[PurePosixPath, EditedFile],
) -> ExampleCheck:
    """Compile the examples around `sites` in the tree with `overlay`, whose build is `report`.

    `files` are those that changes edited in it.
    """
    passed: dict[str, str] = {}
    failed: dict[str, str] = {}
    unknown: dict[str, str] = {}
    libraries = [unit for unit in report.units if unit.kind in ("lib", "proc-macro") and not unit.is_test]
    for unit in libraries:
        here = [site for site in sites if str(site.source.path) in unit.files]
        if not here:
            continue
        found = bench.builder.examples(overlay, report, unit, {str(site.source.path) for site in here})
        if found.reason is not None:
            unknown |= {site.id: found.reason for site in here}
            continue
        for site in here:
            _settle(site, unit, found.verdicts, files, (passed, failed, unknown))
    for site in sites:
        if site.id not in passed.keys() | failed.keys() | unknown.keys():
            unknown[site.id] = "no library that builds here shows this example"
    return ExampleCheck({id: name for id, name in passed.items() if id not in failed}, failed, unknown)


def _settle(
    site: Site,
    unit: Unit,
    verdicts: Sequence[ExampleVerdict],
    files: Mapping[PurePosixPath, EditedFile],
    answers: tuple[dict[str, str], dict[str, str], dict[str, str]],
) -> None:
    passed, failed, unknown = answers
    verdict = _verdict_of(site, verdicts, files)
    if verdict is None:
        unknown[site.id] = "rustdoc compiles no such example"
    elif verdict.status == "passed":
        passed[site.id] = unit.name
    elif verdict.status == "ignored":
        unknown[site.id] = "rustdoc ignores this example"
    else:
        failed[site.id] = verdict.message


def _verdict_of(
    site: Site, verdicts: Sequence[ExampleVerdict], files: Mapping[PurePosixPath, EditedFile]
) -> ExampleVerdict | None:
    """Return the verdict on the example around `site`, whose code begins below its opening fence."""
    path = site.source.path
    example = _example_of(site)
    line = example.first_line
    file = files.get(path)
    if file is not None:
        line += _lines_added_before(file, example.span.start)
    here = {verdict.line: verdict for verdict in verdicts if verdict.path == str(path)}
    return here.get(line - 1) or here.get(line)  # an indented example has no fence


def _example_of(site: Site) -> DocExample:
    return next(tree.example for tree in (site.tree, *site.tree.ancestors()) if tree.example is not None)


def _lines_added_before(file: EditedFile, offset: int) -> int:
    return file.compiled.count(b"\n", 0, file.to_compiled(offset)) - file.old.count(b"\n", 0, offset)

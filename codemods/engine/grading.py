"""Grade anybody's diff: the same baseline, build, blame and reach as for changes of our own.

A site is a hunk; all hunks are one change, because nobody said which of them stand alone.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods import __version__
from codemods.cargo.report import CheckReport, Unit
from codemods.engine.asking import Asker
from codemods.engine.baseline import Baseline, broken_baseline
from codemods.engine.document import (
    BaselineRecord,
    ChangeRecord,
    Evidence,
    Grade,
    Outcome,
    RunDocument,
    SecondsRecord,
    SiteRecord,
    ToolRecord,
)
from codemods.engine.equipment import open_workbench
from codemods.engine.grades import proof_evidence
from codemods.engine.hunks import form_diff, lines_of
from codemods.engine.isolate import Failure
from codemods.engine.ledger import Ledger, configuration_records, totals
from codemods.engine.listener import Listener, Silent
from codemods.engine.oracle import Answers, answer_reach
from codemods.engine.overlay import Chosen, Composition, compose
from codemods.engine.request import Request, Result
from codemods.engine.testing import NOT_ASKED, Tested, compare_tests
from codemods.engine.verify import judge
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError, ExitCode
from codemods.recipe.proposals import Change, Created, Deleted, Edited, FileChange, Form
from codemods.rust.edits import Edit
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.vcs.linediff import opcodes
from codemods.vcs.repository import Repository, diff_files

DIFF = "diff"


@dataclass(frozen=True, slots=True)
class Hunk:
    """One changed run of lines: `old` bytes of the file before are replaced by `text`."""

    path: PurePosixPath
    old: Span
    new: Span
    text: bytes

    @property
    def id(self) -> str:
        """A hash of place and text."""
        return hashlib.sha256(f"{self.path}\0{self.old}\0".encode() + self.text).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Planted:
    """A hunk in the file as it is after the change, for a canary."""

    id: str
    source: Source
    span: Span


def grade_range(request: Request, revisions: str, listener: Listener | None = None) -> Result:
    """Return what building both sides of `A..B` shows of the difference; nothing is written.

    Raises:
        BaselineError: `A` does not build here.
        CodemodError: what else stops a run.
    """
    started = time.monotonic()
    old, new = Repository.open(request.directory).range(revisions)
    with open_workbench(request, listener or Silent(), old) as bench:
        diff = diff_files(bench.repository, old, new)
        baseline = bench.baseline({}, None)
        if not baseline.units and baseline.report.errors:
            raise broken_baseline(baseline.report.errors, bench.withheld)
        graded = _Grading(bench, diff, baseline)
        document = graded.document(old, new, time.monotonic() - started)
        failed = document.totals.rejected > 0
        return Result(document, ExitCode.NOTHING_APPLIED if failed else ExitCode.DONE)


def hunks_of(path: PurePosixPath, old: bytes, new: bytes) -> Iterator[Hunk]:
    """Yield the changed runs of lines of one file."""
    before, after = lines_of(old), lines_of(new)
    starts, ends = _offsets(before), _offsets(after)
    for opcode in opcodes(before, after):
        if opcode.tag == "change":
            text = b"".join(after[opcode.new : opcode.new_end])
            yield Hunk(
                path,
                Span(starts[opcode.old], starts[opcode.old_end]),
                Span(ends[opcode.new], ends[opcode.new_end]),
                text,
            )


def _offsets(lines: Sequence[bytes]) -> list[int]:
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets


class _Grading:
    def __init__(
        self,
        bench: Workbench,
        diff: Mapping[PurePosixPath, tuple[bytes | None, bytes | None]],
        baseline: Baseline,
    ) -> None:
        self.bench = bench
        self.diff = diff
        self.baseline = baseline
        self.hunks = [
            hunk
            for path, (old, new) in sorted(diff.items())
            for hunk in hunks_of(path, old or b"", new or b"")
        ]
        self.change = Change(tuple(hunk.id for hunk in self.hunks), (Form(tuple(self._files())),))
        self.composition = self._composed()
        self.units: dict[str, Unit] = {}

    def _files(self) -> Iterator[FileChange]:
        for path, (old, new) in sorted(self.diff.items()):
            if new is None:
                yield Deleted(path)
            elif old is None or not _is_text(new):
                yield Created(path, new)
            else:
                here = [hunk for hunk in self.hunks if hunk.path == path]
                yield Edited(path, tuple(Edit(hunk.old, hunk.text.decode()) for hunk in here))

    def _composed(self) -> Composition:
        return compose([Chosen(self.change)], lambda path: self.diff[path][0] or b"")

    def document(self, old: str, new: str, seconds: float) -> RunDocument:
        bench = self.bench
        report = bench.check(self.composition.overlay, self.baseline.report.capped_lints)
        self.units = {unit.id: unit for unit in report.units}
        judgement = judge(self.baseline.report, report, self.composition, lambda *_: None)
        tested = Tested(NOT_ASKED)
        if judgement.failure is None and bench.request.test:
            tested = compare_tests(bench, {}, self.composition.overlay)
        reach = self._reach(report) if judgement.failure is None else Answers({}, {})
        error = _error(judgement.failure) or (tested.message if tested.broken else None)
        sites = tuple(self._site(hunk, reach, error, tested) for hunk in self.hunks)
        return RunDocument(
            tool=ToolRecord(__version__, bench.toolchain.rustc_version, bench.toolchain.cargo_version),
            base=old,
            branch=None,
            tip=new,
            tree=bench.repository.git.text("rev-parse", f"{new}^{{tree}}"),
            recipes=(DIFF,),
            configurations=configuration_records(bench, sites),
            sites=sites,
            totals=totals(sites),
            changes=(self._change(sites, error, judgement.warnings),),
            questions=(),
            settings={},
            sandbox=bench.sandbox,
            baseline=BaselineRecord(
                len(self.baseline.report.errors),
                self.baseline.warnings,
                tested.totals,
                self.baseline.dropped,
                self.baseline.report.capped_lints,
            ),
            seconds=SecondsRecord(
                0.0, bench.seconds.get("baseline", 0.0), bench.seconds.get("trial", 0.0), round(seconds, 3)
            ),
            compiles=bench.builder.compiles,
            notes=tuple(bench.notes),
        )

    def _reach(self, report: CheckReport) -> Answers:
        """Return which units of the changed tree compile each hunk of a Rust file."""
        after = Baseline(report, ())
        asker = Asker(self.bench, after, self.composition.overlay)
        planted = []
        for hunk in self.hunks:
            content = self.diff[hunk.path][1]
            if hunk.path.suffix == ".rs" and content is not None:
                try:
                    source = Source(hunk.path, content, self.bench.edition_of(hunk.path))
                except CodemodError:
                    continue  # rustc accepted it, so it is read by nothing
                planted.append(Planted(hunk.id, source, _trimmed(hunk, content)))
        return answer_reach(planted, after.units, asker.canary)

    def _site(self, hunk: Hunk, reach: Answers, error: str | None, tested: Tested) -> SiteRecord:
        line, column = _position(self.diff[hunk.path][0] or b"", hunk.old.start)
        outcome, grade, code, reason = self._verdict(hunk, reach, error)
        shown: tuple[Evidence, ...] = ()
        if outcome is Outcome.APPLIED:
            units = ", ".join(sorted(self.units[unit].name for unit in reach.reached.get(hunk.id, ())))
            detail = "cargo check --workspace --all-targets" + (f"; compiled in {units}" if units else "")
            shown = (Evidence("compile", "passed", detail), proof_evidence(None), tested.evidence)
        return SiteRecord(
            id=hunk.id,
            recipe=DIFF,
            path=Ledger(self.bench.root).path(hunk.path),
            line=line,
            column=column,
            span=(hunk.old.start, hunk.old.end),
            outcome=outcome,
            grade=grade,
            reason=reason,
            code=code,
            change=self.change.id,
            configurations=self._configurations(hunk, reach) if outcome is Outcome.APPLIED else (),
            evidence=shown,
        )

    def _configurations(self, hunk: Hunk, reach: Answers) -> tuple[str, ...]:
        units = (self.units[id] for id in sorted(reach.reached.get(hunk.id, ())))
        return tuple(dict.fromkeys(name for unit in units for name in unit.configurations))

    def _verdict(
        self, hunk: Hunk, reach: Answers, error: str | None
    ) -> tuple[Outcome, Grade | None, str | None, str | None]:
        if error is not None:
            return Outcome.REJECTED, None, "does-not-compile", error
        if hunk.path.name in ("Cargo.toml", "Cargo.lock") or reach.reached.get(hunk.id):
            return Outcome.APPLIED, Grade.COMPILED, None, None
        nothing = "not a Rust source, so no build shows anything of it"
        if hunk.path.suffix == ".rs" and self.diff[hunk.path][1] is None:
            nothing = "the file is gone: the build passes without it"
        reason = reach.why_not.get(hunk.id, nothing)
        return Outcome.UNVERIFIED, Grade.UNVERIFIED, "not-compiled", reason

    def _change(
        self, sites: Sequence[SiteRecord], error: str | None, warnings: Mapping[str, tuple[str, ...]]
    ) -> ChangeRecord:
        weakest = Grade.COMPILED if all(site.grade is Grade.COMPILED for site in sites) else Grade.UNVERIFIED
        return ChangeRecord(
            id=self.change.id,
            recipe=DIFF,
            sites=self.change.sites,
            paths=tuple(Ledger(self.bench.root).path(path) for path in sorted(self.diff)),
            requires=(),
            origin="person",
            form="plain",
            grade=None if error else weakest,
            commit=None,
            diff=form_diff(self.change.forms[0], lambda path: self.diff[path][0] or b""),
            warnings=warnings.get(self.change.id, ()),
        )


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _trimmed(hunk: Hunk, content: bytes) -> Span:
    """Return the hunk's new bytes without the white space around them, so that a node fits them."""
    text = hunk.new.of(content)
    start = hunk.new.start + len(text) - len(text.lstrip())
    return Span(min(start, hunk.new.end), max(min(start, hunk.new.end), hunk.new.start + len(text.rstrip())))


def _position(content: bytes, offset: int) -> tuple[int, int]:
    return content.count(b"\n", 0, offset) + 1, 1


def _error(failure: Failure | None) -> str | None:
    if failure is None:
        return None
    messages = [*failure.blamed.values(), *failure.suspected.values()]
    return failure.unblamed or messages[0]

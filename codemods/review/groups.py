"""Views of a run document that several reports share: counted, grouped, in a steady order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codemods.engine.document import ChangeRecord, Evidence, Grade, Outcome, RunDocument, SiteRecord

GRADE_WORDS = {
    Grade.PROVED: "proved",
    Grade.TESTED: "tested",
    Grade.COMPILED: "compiled",
    Grade.MODEL: "model",
    Grade.UNVERIFIED: "unverified",
    Grade.REFUSED: "refused",
}
GRADE_MEANINGS = {
    Grade.PROVED: "the compiler makes the same code of it as before",
    Grade.TESTED: "compiles; tests that run it give the same verdicts",
    Grade.COMPILED: "compiles wherever it is built; no test ran the lines",
    Grade.MODEL: "written by a model; needs review",
    Grade.UNVERIFIED: "no available configuration compiles every line",
    Grade.REFUSED: "not changed; a person must decide",
}
LEFT_ALONE = (Outcome.REJECTED, Outcome.UNVERIFIED, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Sites left alone for one reason. `reason` is its first line."""

    outcome: Outcome
    code: str
    reason: str
    sites: tuple[SiteRecord, ...]


@dataclass(frozen=True, slots=True)
class FileCount:
    """The sites of one file by outcome."""

    path: str
    applied: int
    refused: int
    rejected: int
    unverified: int


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How often one check passed, failed or was skipped, over the applied sites, and what it said."""

    check: str
    passed: int
    failed: int
    skipped: int
    details: tuple[tuple[str, int], ...]  # most frequent first


@dataclass(frozen=True, slots=True)
class CommitCount:
    """One commit of the branch."""

    commit: str
    recipes: tuple[str, ...]
    changes: int
    sites: int
    files: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change together with its sites."""

    change: ChangeRecord
    sites: tuple[SiteRecord, ...]

    @property
    def first(self) -> SiteRecord | None:
        """The first site, by place; `None` when the document does not list it."""
        return self.sites[0] if self.sites else None

    @property
    def path(self) -> str:
        """The file of its first site, or else those it edits."""
        return self.sites[0].path if self.sites else ", ".join(self.change.paths)

    @property
    def is_local(self) -> bool:
        """Whether it edits the file of its sites and no other."""
        return self.change.paths == (self.path,)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is said of its sites, each once."""
        return tuple(dict.fromkeys(site.reason for site in self.sites if site.reason))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was shown for its sites, each once, without what only repeats a reason.

        What does not hold for all of them names the lines of those that it holds for.
        """
        every = dict.fromkeys(found for site in self.sites for found in site.evidence)
        return tuple(self._placed(found) for found in every if found.detail not in self.reasons)

    @property
    def outcome(self) -> Outcome | None:
        """What became of it; the sites of a change share one outcome."""
        return self.sites[0].outcome if self.sites else None

    def _placed(self, found: Evidence) -> Evidence:
        lines = [str(site.line) for site in self.sites if found in site.evidence]
        if len(lines) == len(self.sites):
            return found
        word = "line" if len(lines) == 1 else "lines"
        return replace(found, detail=f"{found.detail} ({word} {', '.join(dict.fromkeys(lines))})")


def left_alone(document: RunDocument) -> tuple[ReasonGroup, ...]:
    """Return the sites that are not on the branch: rejected, unverified, refused; most first."""
    groups: defaultdict[tuple[Outcome, str, str], list[SiteRecord]] = defaultdict(list)
    for site in by_place(document.sites):
        if site.outcome is not Outcome.APPLIED:
            groups[site.outcome, site.code or "", first_line(site.reason)].append(site)
    found = [ReasonGroup(*key, tuple(sites)) for key, sites in groups.items()]
    return tuple(sorted(found, key=lambda g: (LEFT_ALONE.index(g.outcome), -len(g.sites), g.code, g.reason)))


def file_counts(document: RunDocument) -> tuple[FileCount, ...]:
    """Return the sites of each file by outcome, files in order of their path."""
    counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    for site in document.sites:
        counts[site.path][site.outcome] += 1
    return tuple(
        FileCount(
            path,
            found[Outcome.APPLIED],
            found[Outcome.REFUSED],
            found[Outcome.REJECTED],
            found[Outcome.UNVERIFIED],
        )
        for path, found in sorted(counts.items())
    )


def grade_counts(document: RunDocument) -> tuple[tuple[Grade, int], ...]:
    """Return how many applied sites have each grade, the strongest first."""
    counts = Counter(site.grade for site in document.sites if site.outcome is Outcome.APPLIED)
    return tuple((grade, counts[grade]) for grade in Grade if counts[grade])


def check_counts(document: RunDocument) -> tuple[CheckCount, ...]:
    """Return what each check showed over the applied sites, in the order the checks appear."""
    sites = (site for site in document.sites if site.outcome is Outcome.APPLIED)
    status: defaultdict[str, Counter[str]] = defaultdict(Counter)
    details: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for evidence in (evidence for site in sites for evidence in site.evidence):
        status[evidence.check][evidence.status] += 1
        details[evidence.check][evidence.detail] += 1
    return tuple(
        CheckCount(
            check, seen["passed"], seen["failed"], seen["skipped"], tuple(details[check].most_common())
        )
        for check, seen in status.items()
    )


def commit_counts(document: RunDocument) -> tuple[CommitCount, ...]:
    """Return the commits of the branch in the order of the changes."""
    commits: defaultdict[str, list[ChangeRecord]] = defaultdict(list)
    for change in document.changes:
        if change.commit is not None:
            commits[change.commit].append(change)
    return tuple(
        CommitCount(
            commit,
            tuple(dict.fromkeys(change.recipe for change in changes)),
            len(changes),
            sum(len(change.sites) for change in changes),
            len({path for change in changes for path in change.paths}),
        )
        for commit, changes in commits.items()
    )


def change_views(document: RunDocument) -> tuple[ChangeView, ...]:
    """Return every change that was tried with its sites, in order of file and line."""
    sites = {site.id: site for site in document.sites}
    views = [
        ChangeView(change, by_place(sites[name] for name in change.sites if name in sites))
        for change in document.changes
    ]
    return tuple(sorted(views, key=_view_place))


def applied_changes(document: RunDocument) -> tuple[ChangeView, ...]:
    """Return the changes on the branch (in a dry run: that would be), by file and line."""
    return tuple(view for view in change_views(document) if view.outcome is Outcome.APPLIED)


def baseline_notes(document: RunDocument) -> Iterator[str]:
    """Yield what a reader must know about the untouched code, one sentence each."""
    baseline = document.baseline
    if baseline is None:
        return
    for target in baseline.dropped:
        yield f"not built here, so its sites are unverified: {target}"
    if baseline.capped_lints:
        yield "lint errors of the untouched code count as warnings; a new one still rejects a change"
    if baseline.errors:
        yield f"the untouched code has {plural(baseline.errors, 'error')}; none is blamed on a change"
    if baseline.tests is not None and baseline.tests.failed:
        yield f"{plural(baseline.tests.failed, 'test')} failed before any change"


def by_place(sites: Iterable[SiteRecord]) -> tuple[SiteRecord, ...]:
    """Return sites in order of file and position."""
    return tuple(sorted(sites, key=lambda site: (site.path, site.span)))


def places(sites: Iterable[SiteRecord], limit: int | None) -> tuple[tuple[str, ...], int]:
    """Return "path:line" of each site, at most `limit`, and how many more there are."""
    every = tuple(dict.fromkeys(f"{site.path}:{site.line}" for site in sites))
    if limit is None or len(every) <= limit + 1:  # "and 1 more" is no shorter than the place
        return every, 0
    return every[:limit], len(every) - limit


def first_line(reason: str | None) -> str:
    """Return the first line that says something; "no reason was recorded" if there is none."""
    lines = (reason or "").strip().split("\n")
    return lines[0].strip() or "no reason was recorded"


def plural(count: int, word: str) -> str:
    """Return "1 site", "2 sites", "2,000 sites", "2 branches"."""
    ending = "" if count == 1 else "es" if word.endswith(("ch", "sh", "s", "x")) else "s"
    return f"{count:,} {word}{ending}"


def _view_place(view: ChangeView) -> tuple[str, tuple[int, int], str]:
    if view.first is not None:
        return (view.first.path, view.first.span, view.change.id)
    return (min(view.change.paths, default=""), (0, 0), view.change.id)

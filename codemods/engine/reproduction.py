"""What must be known of one change to see by hand what was said of it: trees, targets, tests, a stand-in.

It is read from the ledger, which may be anybody's text: names that could be read as options are none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from codemods.cargo.traces import OTHER_THREAD
from codemods.engine.document import ChangeRecord, ConfigurationRecord, Outcome, RunDocument, SiteRecord
from codemods.engine.ledgers import BranchLedger
from codemods.engine.stand_in import Macro, StandIn, stand_in
from codemods.errors import UsageError
from codemods.vcs.repository import Repository

FindMacro = Callable[[str], Macro | None]

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = r"([A-Za-z0-9_][A-Za-z0-9_.-]*)"  # of a package or target: nothing that looks like an option
_UNIT = re.compile(rf"{_NAME} (lib|proc-macro|bin|test|example|bench) {_NAME}( \(test\))?")
_TEST = re.compile(rf"{_NAME} (lib|proc-macro|bin|test|example|bench|doc) {_NAME}(?:: ([^-].*))?")
_RUN_BY = re.compile(r"run by (.+?)(?: and \d+ more)?(?: \(lines? [\d, ]+\))?")
_EXAMPLE = "rustdoc on the documentation examples"


@dataclass(frozen=True, slots=True)
class Unit:
    """One target, as evidence names it: "url lib url (test)"."""

    package: str
    kind: str
    target: str
    is_test: bool

    @property
    def selection(self) -> list[str]:
        """Cargo's options that choose it."""
        library = self.kind in ("lib", "proc-macro")
        named = [] if library or self.kind == "doc" else [self.target]
        return ["-p", self.package, "--lib" if library else f"--{self.kind}", *named]


@dataclass(frozen=True, slots=True)
class Test:
    """One test as evidence names it: "url lib url: host::parses"; without a harness it has no `name`."""

    __test__: ClassVar[bool] = False

    unit: Unit
    name: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """The change in question, its sites, and where it was built. `folder` is the workspace's place.

    `stand_in` is a macro that makes the text before mean what the text after says.
    """

    document: RunDocument
    tip: str
    change: ChangeRecord
    sites: tuple[SiteRecord, ...]
    folder: str
    has_lock: bool
    stand_in: StandIn | None

    @property
    def configurations(self) -> tuple[ConfigurationRecord, ...]:
        """Those that compiled it."""
        names = {name for site in self.sites for name in site.configurations}
        return tuple(each for each in self.document.configurations if each.id in names)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The targets in which rustc reached it, those without `--test` first."""
        found = dict.fromkeys(unit for site in self.sites for unit in _units(site))
        return tuple(sorted(found, key=lambda unit: (unit.is_test, unit.kind != "lib")))

    @property
    def tests(self) -> tuple[Test, ...]:
        """The passing tests that evidence names: some of those that ran it."""
        return tuple(dict.fromkeys(_tests(self.sites)))

    @property
    def is_example(self) -> bool:
        """Whether it stands in a documentation example."""
        return any(e.detail.startswith(_EXAMPLE) for site in self.sites for e in site.evidence)

    def in_repository(self, path: str) -> str:
        """Return a path of the document, which counts from the workspace, as one from the repository."""
        return posixpath.normpath(posixpath.join(self.folder, path))


def find_subject(
    repository: Repository, folder: PurePosixPath, ledger: BranchLedger, wanted: str, find_macro: FindMacro
) -> Subject:
    """Return what must be known to show by hand what the ledger says of the change `wanted`.

    `folder` is the workspace's place in the repository, `wanted` the id of a change or site, or FILE:LINE.
    `find_macro` says what macro a recipe replaces.

    Raises:
        UsageError: there is no such change on the branch, or several; the ledger names no commits.
    """
    document = ledger.document
    change = find_change(document, wanted)
    if not _HASH.fullmatch(document.base):
        raise UsageError(f"the ledger names no commit that it was made from: {document.base[:40]}")
    base = repository.commit(document.base)
    sites = tuple(site for site in document.sites if site.id in change.sites)
    has_lock = any(entry.path == folder / "Cargo.lock" for entry in repository.entries(base))
    macro = find_macro(change.recipe)
    found = None
    if macro is not None and change.paths:
        path = PurePosixPath(posixpath.normpath(folder / change.paths[0]))
        found = stand_in(repository, (base, ledger.commit), path, macro)
    return Subject(document, ledger.commit, change, sites, folder.as_posix(), has_lock, found)


def find_change(document: RunDocument, wanted: str) -> ChangeRecord:
    """Return the applied change with the id `wanted`, with such a site, or with one at FILE:LINE.

    Raises:
        UsageError: there is none, or there are several.
    """
    sites = [site for site in document.sites if wanted in (site.id, site.change) or _is_at(site, wanted)]
    ids = dict.fromkeys(site.change for site in sites if site.outcome is Outcome.APPLIED)
    changes = [change for change in document.changes if change.id in ids]
    if len(changes) == 1:
        return changes[0]
    if changes:
        names = ", ".join(change.id for change in changes)
        raise UsageError(f"there are several changes at {wanted}", hint=f"Name one of them: {names}.")
    if sites:
        raise UsageError(
            f"nothing was changed at {wanted}: {sites[0].outcome}",
            hint=f"`codemod explain {sites[0].code or sites[0].id}` says more.",
        )
    first = next((site for site in document.sites if site.outcome is Outcome.APPLIED), None)
    example = f"{first.path}:{first.line}" if first else "src/lib.rs:1"
    raise UsageError(
        f"the branch has no change {wanted}",
        hint=f"Give FILE:LINE as `codemod review -v` shows them ({example}), or an id of the JSON report.",
    )


def _is_at(site: SiteRecord, wanted: str) -> bool:
    place = re.fullmatch(r"(.+?):(\d+)(?::(\d+))?", wanted)
    if place is None or int(place[2]) != site.line or (place[3] and int(place[3]) != site.column):
        return False
    path = posixpath.normpath(place[1])
    return site.path == path or site.path.endswith(f"/{path}")


def _units(site: SiteRecord) -> Iterator[Unit]:
    for found in site.evidence:
        _, said, names = found.detail.partition("compiled in ")
        if found.check == "compile" and found.status == "passed" and said:
            for match in map(_UNIT.fullmatch, names.split(", ")):
                if match is not None:
                    yield Unit(match[1], match[2], match[3], match[4] is not None)


def _tests(sites: Iterable[SiteRecord]) -> Iterator[Test]:
    for evidence in (found for site in sites for found in site.evidence):
        said = _RUN_BY.fullmatch(evidence.detail) if evidence.check == "executed" else None
        for name in said[1].split(", ") if said else ():
            match = _TEST.fullmatch(name.removesuffix(OTHER_THREAD))
            if match is not None:
                yield Test(Unit(match[1], match[2], match[3], is_test=True), match[4])

"""What a recipe answers for its sites: change them, leave them, or ask.

    Proposal = Change | Skipped | Ambiguous | NotASite

All of them are values; nothing here reads a file or starts a process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from codemods.rust.edits import Edit


class Origin(StrEnum):
    """Who wrote a change."""

    RULE = "rule"
    CASE = "case"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Edited:
    """Edits of one existing file (path relative to the repository)."""

    path: PurePosixPath
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """A new file with this content."""

    path: PurePosixPath
    content: bytes


@dataclass(frozen=True, slots=True)
class Deleted:
    """A file that goes away."""

    path: PurePosixPath


FileChange = Edited | Created | Deleted


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency that the code of a form needs in the package of `manifest` (a path).

    It is added where the package lacks it: in each table where `instead_of` (a package name) stands,
    in the style of that entry; else among the normal dependencies. `requirement` is a version requirement
    such as "1" that suits the lowest Rust of the package; `features` are added to those that are there.
    `kinds` limits it to some of "normal", "dev", "build" (empty: the kinds of `instead_of`).
    """

    manifest: PurePosixPath
    package: str
    requirement: str
    instead_of: str = ""
    features: tuple[str, ...] = ()
    default_features: bool = True
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retires:
    """A dependency that the package of `manifest` may lose: `package`, by the name of where it comes from.

    The engine takes it out of each table, with the features that are about it alone, where nothing of the
    package mentions it any more (code under any `cfg`, examples, build script); else it stays and the run
    says why.
    """

    manifest: PurePosixPath
    package: str


@dataclass(frozen=True, slots=True)
class Keeps:
    """A dependency that stays: its entry is refused with `reason`.

    Without a reason, code that no recipe sees needs it, such as what a macro writes.
    """

    manifest: PurePosixPath
    package: str
    reason: str = ""


DependencyChange = Needs | Retires | Keeps


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a change. `name` says which, for the ledger: "plain", "annotated".

    `dependencies` are what its code needs of manifests; the engine edits those, and the lock file.
    `leaves` are sites of the change that this form does not settle: they are refused, or rejected
    where an earlier form would have settled them.

    `min_rust` is the version that it needs, where that is more than its recipe needs. Forms of one `meaning`
    (empty: unlike any other) differ only in the paths by which they name the same items: when rustc found
    the items and rejects the form for what it means, the others of that meaning need not be tried.
    `notes`, where there are any, take the place of the change's: another form is another decision.
    """

    files: tuple[FileChange, ...]
    name: str = "plain"
    min_rust: str | None = None
    meaning: str = ""
    dependencies: tuple[DependencyChange, ...] = ()
    leaves: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that travel together, all or nothing, for the sites they settle.

    `forms` are in order of preference: the next is tried when rustc rejects one.
    `requires` names changes that must be on the branch for this one to be. `notes` are sentences for the
    reader of the result: what was decided and why, which differences are by design.
    """

    sites: tuple[str, ...]
    forms: tuple[Form, ...]
    requires: frozenset[str] = frozenset()
    origin: Origin = Origin.RULE
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A short hash of the sites, so that it is the same in every run on one commit."""
        return hashlib.sha256("\n".join(self.sites).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Skipped:
    """The recipe leaves these sites alone: a stable code, and a sentence that says why."""

    code: str
    reason: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One of several right answers, and what it would change for callers."""

    id: str
    effect: str
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several answers are right; a person or a policy must choose."""

    code: str
    reason: str
    options: tuple[Option, ...]
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotASite:
    """With the whole workspace in view these places are not the recipe's idiom; nobody hears of them."""

    sites: tuple[str, ...]


Proposal = Change | Skipped | Ambiguous | NotASite

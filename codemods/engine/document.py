"""The run document: what one run found, did and showed, as it leaves the tool.

These types are the contract with scripts: `codemod apply --json`, `--report x.json` and the
git note carry them, and `docs/run.schema.json` is generated from them. Names and meanings
are stable; keys may be added. Paths are relative to the workspace root.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """Whether a site is on the branch (in a dry run: would be), and if not, why not."""

    APPLIED = "applied"
    REFUSED = "refused"
    REJECTED = "rejected"
    UNVERIFIED = "unverified"


class Grade(StrEnum):
    """How strong the evidence is."""

    PROVED = "A"
    TESTED = "B"
    COMPILED = "C"
    MODEL = "M"
    UNVERIFIED = "U"
    REFUSED = "X"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One check, whether it passed, and what exactly it showed.

    `excerpt` is text of a compiler or a test, for a person to read: the first difference of two dumps.
    """

    check: str  # "compile", "prove", "test", "executed", "api", …
    status: Literal["passed", "failed", "skipped"]
    detail: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """One site with its outcome. `column` counts characters; `span` bytes, half-open.

    `item` is the path of the items around it, "impl Reader/fn read"; in a graded diff, what is changed.
    """

    id: str
    recipe: str
    path: str
    line: int
    column: int
    span: tuple[int, int]
    outcome: Outcome
    grade: Grade | None
    reason: str | None
    code: str | None
    change: str | None
    configurations: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    item: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change that was tried, the commit it is in, and what it looks like as a diff."""

    id: str
    recipe: str
    sites: tuple[str, ...]
    paths: tuple[str, ...]
    requires: tuple[str, ...]
    origin: str
    form: str
    grade: Grade | None
    commit: str | None
    diff: str
    warnings: tuple[str, ...] = ()  # new warnings it causes, as rustc renders them


@dataclass(frozen=True, slots=True)
class OptionRecord:
    """One answer to a question, and what it would change."""

    id: str
    effect: str


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """Something a person must decide."""

    id: str
    site: str
    code: str
    options: tuple[OptionRecord, ...]


@dataclass(frozen=True, slots=True)
class ConfigurationRecord:
    """One way the workspace was built, and how many sites that build reached.

    `packages` are the members that it was limited to (empty: all that the run is about).
    `dropped` says why it shows nothing, where its untouched build fails.
    """

    id: str
    features: tuple[str, ...]
    target: str
    covers: int
    all_features: bool = False
    default_features: bool = True
    release: bool = False
    packages: tuple[str, ...] = ()
    dropped: str | None = None


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """The versions that the result depends on."""

    codemod: str
    rustc: str
    cargo: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Sites by outcome; `found` is the sum of the others."""

    found: int
    applied: int
    refused: int
    rejected: int
    unverified: int


@dataclass(frozen=True, slots=True)
class TestTotals:
    """Verdicts of the untouched tests."""

    passed: int
    failed: int
    ignored: int


@dataclass(frozen=True, slots=True)
class BaselineRecord:
    """What the untouched commit already shows; subtracted, never blamed on a change."""

    errors: int
    warnings: int
    tests: TestTotals | None
    dropped: tuple[str, ...] = ()  # targets that do not build here, and why
    capped_lints: bool = False


@dataclass(frozen=True, slots=True)
class SecondsRecord:
    """Wall time by phase."""

    scan: float
    baseline: float
    trial: float
    total: float
    prove: float = 0.0
    test: float = 0.0


@dataclass(frozen=True, slots=True)
class CompiledRecord:
    """What was compiled, and what need not be.

    `trees` counts the builds of the whole tree, one for each configuration; `commits` further ones, of the
    commits between base and tip; `parts` single crates, examples and tests. `kept` counts answers that were
    in the step store. `one_by_one` is how many builds of the whole tree trying each change by itself takes.
    """

    trees: int
    commits: int
    parts: int
    kept: int
    one_by_one: int


@dataclass(frozen=True, slots=True)
class ApiRecord:
    """One public item of a library that is not what it was; `old` or `new` is None where it is not there.

    `bump` is what it asks of the version by itself: "major" breaks callers. `via` is the public alias by
    which alone the item has another meaning.
    """

    package: str
    item: str
    kind: Literal["removed", "changed", "added", "trait-removed", "trait-added"]
    old: str | None
    new: str | None
    bump: Literal["major", "minor"]
    via: str | None = None


@dataclass(frozen=True, slots=True)
class BumpRecord:
    """A library whose public items were compared: its version, and the lowest one that the result may have.

    `asked` and `bump` are None where all items are the same. `checked_by` says how they were compared.
    """

    package: str
    current: str
    asked: str | None
    bump: Literal["major", "minor"] | None
    checked_by: str


@dataclass(frozen=True, slots=True)
class RunDocument:
    """Everything about one run."""

    tool: ToolRecord
    base: str
    branch: str | None
    tip: str | None
    tree: str
    recipes: tuple[str, ...]
    configurations: tuple[ConfigurationRecord, ...]
    sites: tuple[SiteRecord, ...]
    totals: Totals
    changes: tuple[ChangeRecord, ...]
    questions: tuple[QuestionRecord, ...]
    settings: dict[str, str | bool | float | list[str] | None]
    sandbox: str
    baseline: BaselineRecord | None
    seconds: SecondsRecord
    compiles: int
    compiled: CompiledRecord | None = None  # the same in detail; None in documents of earlier versions
    notes: tuple[str, ...] = ()  # what a reader must know: uncommitted changes, lowest Rust, …
    api: tuple[ApiRecord, ...] = ()  # public items that are not what they were
    bumps: tuple[BumpRecord, ...] = ()  # the libraries whose public items were compared
    doubts: tuple[str, ...] = ()  # filled in on reading: why all of this is only a claim
    model: None = None
    schema: Literal["codemod.run/1"] = field(default="codemod.run/1")

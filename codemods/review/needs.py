"""How much a change needs a person's eyes, and in words what was shown of it and what was not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from codemods.engine.document import ConfigurationRecord, Evidence, Grade, RunDocument
from codemods.review.groups import ChangeView, applied_changes, plural


class Need(IntEnum):
    """Why a change is looked at, the most urgent first."""

    UNVERIFIED = 0
    MODEL = 1
    DIFFERENT = 2
    COMPILED = 3
    TESTED = 4
    PROVED = 5


NEED_TITLES = {
    Need.UNVERIFIED: "Needs eyes, unverified",
    Need.MODEL: "Needs eyes, written by a model",
    Need.DIFFERENT: "Needs eyes, the comparison found a difference",
    Need.COMPILED: "Needs eyes, compiled only",
    Need.TESTED: "Tested",
    Need.PROVED: "Proved",
}
NEED_MEANINGS = {
    Need.UNVERIFIED: "nothing that could be built here compiles every line",
    Need.MODEL: "no rule made this text",
    Need.DIFFERENT: "the compiler does not make the same of it as before",
    Need.COMPILED: "it builds; no test is known to run it, and it is not proved",
    Need.TESTED: "every place was run by tests that pass before and after; not proved",
    Need.PROVED: "the compiler makes the same of it as before",
}
_BY_GRADE = {
    Grade.PROVED: Need.PROVED,
    Grade.TESTED: Need.TESTED,
    Grade.COMPILED: Need.COMPILED,
    Grade.MODEL: Need.MODEL,
}
# What a check is called in front of what it showed, by its status.
_WORDS = {
    "compile": {"passed": "compiled", "failed": "does not compile", "skipped": "not compiled"},
    "expand": {"passed": "expanded", "failed": "expands differently", "skipped": "not expanded"},
    "prove": {"passed": "proved", "failed": "not equal", "skipped": "not proved"},
    "test": {"passed": "tested", "failed": "a test fails", "skipped": "not tested"},
    "executed": {"passed": "executed", "failed": "not executed", "skipped": "not executed"},
    "compose": {"failed": "in conflict"},
    "run": {"passed": "same output", "failed": "another output", "skipped": "output not compared"},
    "api": {"passed": "same public API", "failed": "another public API", "skipped": "API not compared"},
}
_VERDICT = re.compile(r"\A(?:different|not comparable): ")


@dataclass(frozen=True, slots=True)
class NeedGroup:
    """The changes of one need, in order of file and line."""

    need: Need
    views: tuple[ChangeView, ...]

    @property
    def title(self) -> str:
        """Its heading: "Needs eyes, compiled only: 3 changes"."""
        return f"{NEED_TITLES[self.need]}: {plural(len(self.views), 'change')}"

    @property
    def is_calm(self) -> bool:
        """Whether a reader in a hurry may pass over it."""
        return self.need >= Need.TESTED


def need_groups(document: RunDocument) -> tuple[NeedGroup, ...]:
    """Return the changes on the branch by need, what needs eyes most first."""
    ordered = sorted(applied_changes(document), key=need_of)
    return tuple(NeedGroup(need, tuple(views)) for need, views in groupby(ordered, key=need_of))


def need_of(view: ChangeView) -> Need:
    """Return the most urgent reason to look at a change that is applied."""
    grades = {view.change.grade, *(site.grade for site in view.sites)}
    needs = [_BY_GRADE.get(grade, Need.UNVERIFIED) if grade else Need.UNVERIFIED for grade in grades]
    if view.change.origin == "model":
        needs.append(Need.MODEL)
    if any(found.check == "prove" and found.status == "failed" for found in view.evidence):
        needs.append(Need.DIFFERENT)
    return min(needs)


def is_folded(view: ChangeView) -> bool:
    """Whether a line is enough for it: proved, and nothing new to say of it."""
    return need_of(view) is Need.PROVED and not view.change.warnings and not view.reasons


def shown(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the checks that ran, whatever they said."""
    return tuple(found for found in evidence if found.status != "skipped" or found.excerpt)


def not_checked(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the checks that could not run, or could not say anything."""
    return tuple(found for found in evidence if found.status == "skipped" and not found.excerpt)


def words(found: Evidence) -> tuple[str, str]:
    """Return a check in words, and what it showed: ("not proved", "nothing was compared")."""
    label = _WORDS.get(found.check, {}).get(found.status, f"{found.check} {found.status}")
    if found.check == "executed":
        return label, found.detail.removeprefix("run ")  # "executed: by it::works"
    if found.check == "prove" and found.status == "failed":
        return label, _VERDICT.sub("", found.detail)
    return label, found.detail


def built_in(view: ChangeView) -> str | None:
    """Return in which configurations its places were compiled; None where in none."""
    every = dict.fromkeys(name for site in view.sites for name in site.configurations)
    if not every:
        return None
    partly = [name for name in every if any(name not in site.configurations for site in view.sites)]
    rest = f" ({', '.join(partly)}: not every line)" if partly else ""
    return ", ".join(every) + rest


def line_numbers(views: Iterable[ChangeView], limit: int) -> str:
    """Return at which lines changes begin: "lines 3, 5, 8 and 12 more"."""
    lines = [str(number) for number in dict.fromkeys(site.line for view in views for site in view.sites)]
    more = f" and {len(lines) - limit:,} more" if len(lines) > limit else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(lines[:limit])}{more}"


def common(views: Iterable[ChangeView]) -> tuple[str | None, tuple[Evidence, ...]]:
    """Return what is so for all of several changes: their configurations, and what was shown of them."""
    first, *others = views
    if not others:
        return None, ()
    built = built_in(first)
    same = built if all(built_in(view) == built for view in others) else None
    kept = set(first.evidence).intersection(*(view.evidence for view in others))
    return same, tuple(found for found in first.evidence if found in kept and not found.excerpt)


def configuration_text(configuration: ConfigurationRecord) -> str:
    """Return how a configuration builds, and how far it got, in plain words."""
    parts = [configuration.target, _features(configuration)]
    parts += ["optimised (release)"] if configuration.release else []
    parts += [f"only {', '.join(configuration.packages)}"] if configuration.packages else []
    if configuration.dropped is not None:
        return f"{', '.join(parts)}; shows nothing: {configuration.dropped}"
    return f"{', '.join(parts)}; reaches {plural(configuration.covers, 'site')}"


def dropped_notes(document: RunDocument) -> Iterator[str]:
    """Yield one sentence for each configuration that shows nothing, and why."""
    for configuration in document.configurations:
        if configuration.dropped is not None:
            yield f"nothing was built in the configuration {configuration.id}: {configuration.dropped}"


def _features(configuration: ConfigurationRecord) -> str:
    if configuration.all_features:
        return "all features"
    names = "features " + ", ".join(configuration.features) if configuration.features else ""
    if not configuration.default_features:
        return f"{names} without the default ones" if names else "no features"
    return f"default features and {names}" if names else "default features"

"""Say why nothing here compiles a place, and what would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from codemods.cargo.build import Configuration
from codemods.cargo.features import closure
from codemods.cargo.metadata import Package
from codemods.cargo.targets import is_of_target
from codemods.engine.surroundings import DEBUG, FEATURE, OF_TOOLS, TEST, Surroundings, Way
from codemods.rust.cfg import Literals, Opaque, Option, Predicate, all_of, evaluate, negate, ways

NO_TARGET = "no target of its package leads to this file"
_TOOLS = {
    "doc": "only rustdoc compiles it",
    "doctest": "only documentation tests compile it",
    "miri": "only Miri compiles it",
    "clippy": "only clippy compiles it",
    "rustfmt": "only rustfmt reads it",
    "docsrs": "only docs.rs builds it",
}


class Examples(Protocol):
    """What is asked of `Targets`."""

    def example_of(self, predicate: Predicate) -> str | None:
        """Return a target on which `predicate` holds."""


def why_uncovered(ways_there: Sequence[Way], surroundings: Surroundings, examples: Examples) -> str:
    """Return why no configuration here compiles a place, in a sentence without an end."""
    if not ways_there:
        return NO_TARGET
    return min((_why(way, surroundings, examples) for way in ways_there), key=lambda each: each[0])[1]


def why_cut(configuration: Configuration, limit: int) -> str:
    """Return what to say where the limit left out the build that would have compiled a place."""
    return f"only compiled with {configuration.id}, which --max-configurations {limit} left out"


def why_dropped(configuration: Configuration, reason: str) -> str:
    """Return what to say where the build that would have compiled a place fails untouched."""
    return f"only compiled with {configuration.id}, which does not build here: {reason}"


def why_unreached(configuration: Configuration) -> str:
    """Return what to say where the conditions hold and the compiler does not get there all the same."""
    return f"its conditions hold with {configuration.id}, yet the compiler does not reach it there"


def _why(way: Way, surroundings: Surroundings, examples: Examples) -> tuple[int, str]:
    """Return how far off the nearest way to make the condition true is, and what it lacks."""
    found = ways(way.condition)
    if found is None:
        return 9, f"its conditions are too many to look through: {_shortened(str(way.condition))}"
    if not found:
        return 8, f"its conditions exclude each other: {_cfg(way.condition)}"
    reasons = [next(_obstacles(literals, way, surroundings, examples)) for literals in found]
    return min(reasons, key=lambda each: each[0])


def _obstacles(
    literals: Literals, way: Way, surroundings: Surroundings, examples: Examples
) -> Iterator[tuple[int, str]]:
    """Yield what stands in the way of `literals`, what weighs most first; the number grows with it."""
    options = {(atom, wanted) for atom, wanted in literals if isinstance(atom, Option)}
    for text in sorted(str(atom) for atom, _ in literals if isinstance(atom, Opaque)):
        yield 6, f"nobody here can say whether it is compiled: it depends on {text}"
    for tool in sorted(option.name for option, wanted in options if wanted and option.name in OF_TOOLS):
        yield 5, _TOOLS.get(tool, f"only compiled for {tool}")
    for custom in _unset(options, way, surroundings):
        yield 2, _custom(*custom, surroundings.has_build_script(way.package))
    if (Option(TEST), False) in options and way.target.kind in ("test", "bench"):
        yield 7, f"only compiled without cfg(test), which the {way.target.kind} {way.target.name} always has"
    if reason := _features(options, way, surroundings.package(way.package)):
        yield 4, reason
    asked = asked_of((option, wanted) for option, wanted in options if is_of_target(option))
    if not evaluate(asked, surroundings.platforms.options(surroundings.host).__contains__):
        yield 1, _elsewhere(asked, examples)
    yield 9, f"only compiled for {_cfg(way.condition)}"


def asked_of(literals: Iterable[tuple[Option, bool]]) -> Predicate:
    """Return what holds where all of `literals` do."""
    return all_of(option if wanted else negate(option) for option, wanted in sorted(literals, key=str))


def _unset(
    options: set[tuple[Option, bool]], way: Way, surroundings: Surroundings
) -> list[tuple[Option, bool]]:
    """Return the cfgs that are neither cargo's nor of the target and stand in the way."""
    known = {FEATURE, TEST, DEBUG, "overflow_checks", "proc_macro"}
    custom = surroundings.custom(way.package)
    return sorted(
        (option, wanted)
        for option, wanted in options
        if option.name not in known and not is_of_target(option) and (option in custom) != wanted
    )


def _custom(option: Option, wanted: bool, has_build_script: bool) -> str:
    if not wanted:
        return f"only compiled without cfg({option}), which is set here"
    if has_build_script:
        return f"only compiled for cfg({option}), which the build script does not set here"
    return f"only compiled for cfg({option}): with RUSTFLAGS='--cfg {option}'"


def _features(options: set[tuple[Option, bool]], way: Way, package: Package) -> str | None:
    on = {o.value for o, wanted in options if wanted and o.name == FEATURE and o.value}
    off = {o.value for o, wanted in options if not wanted and o.name == FEATURE and o.value}
    on |= set(way.target.required_features)
    absent = sorted(on - package.features.keys())
    if absent:
        return f"only compiled with the feature `{absent[0]}`, which {package.name} does not have"
    implied = sorted(closure(package, on) & off)
    if implied:
        asked = _cfg(way.condition)
        return f"no combination of features satisfies {asked}: `{implied[0]}` comes with the others"
    return None


def _elsewhere(asked: Predicate, examples: Examples) -> str:
    triple = examples.example_of(asked)
    if triple is None:
        return f"only compiled for {_cfg(asked)}, which no target that is known here satisfies"
    return f"only compiled for {_cfg(asked)}; add the target {triple} to verify"


def _cfg(predicate: Predicate) -> str:
    return f"cfg({_shortened(str(predicate))})"


def _shortened(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}…"

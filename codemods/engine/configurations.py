"""Choose the builds, besides the one that was asked for, that compile what that one leaves out.

A goal is a place to be compiled. Candidates come from the conditions themselves (the features that a way to
make one true asks for), from what the manifest says (all features, none, those for docs.rs), and from the
targets that are installed. The smallest set is taken: exactly where there are few, else step by step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from codemods.cargo.build import Configuration, Features
from codemods.cargo.features import DEFAULT, documented
from codemods.cargo.metadata import Package
from codemods.cargo.targets import is_of_target
from codemods.engine.surroundings import DEBUG, FEATURE, Surroundings, Way
from codemods.rust.cfg import Option, atoms, ways

ALL = Features(all=True)
NONE = Features(no_default=True)
_EXACT_SETS = 4_000  # sets of candidates that are tried before going step by step
_MAX_NAMED = 64  # sets of named features looked at for one package
_MAX_JOINED = 150  # features of a package up to which the largest sets that build are looked for
_MAX_ELSEWHERE = 8  # configurations of other targets or profiles looked at for one goal


@dataclass(frozen=True, slots=True)
class Goal:
    """A place to be compiled in one of several `ways`; `is_site`: else the other side of a `cfg`."""

    id: str
    ways: tuple[Way, ...]
    is_site: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What to build besides. `promised` says by goal which of it should compile the place.

    `cut` are those that the limit left out, `cut_goals` by goal which of these it would have needed.
    What is in neither has no configuration that compiles it.
    """

    configurations: tuple[Configuration, ...] = ()
    promised: Mapping[str, Configuration] = field(default_factory=dict)
    cut: tuple[Configuration, ...] = ()
    cut_goals: Mapping[str, Configuration] = field(default_factory=dict)


def choose(
    goals: Sequence[Goal],
    surroundings: Surroundings,
    *,
    limit: int,
    targets: Sequence[str] = (),
    tried: Collection[Configuration] = (),
) -> Choice:
    """Return the fewest configurations, at most `limit`, that reach the `goals`; sites come first.

    `targets` are the triples, besides the host's, that can be built for. `tried` are configurations,
    of one package each, that were built already or do not build. The same input gives the same choice.
    """
    by_package: dict[str, list[Goal]] = {}
    for goal in goals:
        for name in dict.fromkeys(way.package for way in goal.ways):
            by_package.setdefault(name, []).append(goal)
    chosen: dict[Configuration, set[str]] = {}
    done: set[str] = set()
    for name in sorted(by_package):
        left = [goal for goal in by_package[name] if goal.id not in done]
        for configuration, reached in _cover(name, left, surroundings, targets, tried).items():
            chosen[configuration] = reached
            done |= reached
    by_id = {goal.id: goal for goal in goals}
    return _limited(_merged(chosen, by_id, surroundings, tried), by_id, limit)


# One package


def _cover(
    name: str,
    goals: Sequence[Goal],
    surroundings: Surroundings,
    targets: Sequence[str],
    tried: Collection[Configuration],
) -> dict[Configuration, set[str]]:
    """Return configurations of one package that reach its goals, each with the goals that need it."""
    package = surroundings.package(name)
    sets = _feature_sets(package, goals, surroundings)
    plain = [_of(package, features) for features in sets]
    usable = [each for each in plain if each not in tried and not surroundings.is_forbidden(each)]
    reached = {each: _reached(each, goals, surroundings) for each in usable}
    for goal in goals:
        if not any(goal.id in found for found in reached.values()):
            elsewhere = _elsewhere(goal, plain, surroundings, targets, tried)
            reached |= {each: _reached(each, goals, surroundings) for each in elsewhere}
    sure = {id for found in reached.values() for id in found}
    unsure = [goal for goal in goals if goal.id not in sure]
    for each in usable:
        if each.features in (ALL, NONE):  # what nobody can decide is tried with all features, and with none
            reached[each] |= {goal.id for goal in unsure if _may_hold(each, goal, surroundings)}
    return _smallest_cover(reached)


def _reached(configuration: Configuration, goals: Iterable[Goal], surroundings: Surroundings) -> set[str]:
    return {
        goal.id for goal in goals if any(surroundings.holds(configuration, way) is True for way in goal.ways)
    }


def _may_hold(configuration: Configuration, goal: Goal, surroundings: Surroundings) -> bool:
    return any(surroundings.holds(configuration, way) is None for way in goal.ways)


def _feature_sets(package: Package, goals: Sequence[Goal], surroundings: Surroundings) -> list[Features]:
    """Return the sets of features to look at, the most useful first."""
    if not package.features:
        return [Features()]
    sets: dict[Features, None] = {ALL: None, **_largest_sets(package, surroundings), NONE: None}
    docs = documented(package)
    if docs is not None:
        sets[docs.features] = None
    sets[Features()] = None
    named = dict.fromkeys(
        names for goal in goals for way in goal.ways if way.package == package.name for names in _names(way)
    )
    for names in sorted(named, key=lambda each: (len(each), each))[:_MAX_NAMED]:
        there = tuple(name for name in names if name in package.features)
        sets |= dict.fromkeys((Features(there), Features(there, no_default=True)))
    return list(sets)


def _largest_sets(package: Package, surroundings: Surroundings) -> dict[Features, None]:
    """Return sets with as many features as may be on at once, such that each that may be on is in one."""
    names = sorted(package.features.keys() - {DEFAULT})
    if len(names) > _MAX_JOINED or not surroundings.is_forbidden(_of(package, ALL)):
        return {}
    sets: dict[Features, None] = {}
    left = list(names)
    while left:
        joined: tuple[str, ...] = ()
        for name in (*left, *(each for each in names if each not in left)):
            more = Features((*joined, name), no_default=True)
            if not surroundings.is_forbidden(_of(package, more)):
                joined = more.names
        if not set(joined) & set(left):
            break  # none of them may ever be on
        sets[Features(tuple(sorted(joined)), no_default=True)] = None
        left = [name for name in left if name not in joined]
    return sets


def _of(package: Package, features: Features) -> Configuration:
    return Configuration(features, packages=(package.name,))


def _names(way: Way) -> Iterator[tuple[str, ...]]:
    """Yield the features that each way to make the condition true asks for."""
    for literals in ways(way.condition) or ():
        on = {o.value for o, wanted in literals if wanted and isinstance(o, Option) and o.name == FEATURE}
        yield tuple(sorted({name for name in on if name} | set(way.target.required_features)))


def _elsewhere(
    goal: Goal,
    plain: Sequence[Configuration],
    surroundings: Surroundings,
    targets: Sequence[str],
    tried: Collection[Configuration],
) -> list[Configuration]:
    """Return some configurations of another profile or target that reach `goal`."""
    asked = {atom for way in goal.ways for atom in atoms(way.condition) if isinstance(atom, Option)}
    triples = [None, *(targets if any(is_of_target(option) for option in asked) else ())]
    profiles = (False, True) if any(option.name == DEBUG for option in asked) else (False,)
    elsewhere = (
        replace(each, target=triple, release=release)
        for triple in triples
        for release in profiles
        for each in sorted(plain, key=lambda each: each.features != Features())
        if triple or release
    )
    found = (
        each
        for each in elsewhere
        if each not in tried and _reached(each, [goal], surroundings) and not surroundings.is_forbidden(each)
    )
    return list(islice(found, _MAX_ELSEWHERE))


def _smallest_cover(reached: Mapping[Configuration, set[str]]) -> dict[Configuration, set[str]]:
    """Return the fewest configurations that reach all that can be; of equals, those listed first."""
    wanted = frozenset(id for found in reached.values() for id in found)
    useful = [each for each, found in reached.items() if found]
    tried = 0
    for size in range(len(useful) + 1):
        for chosen in combinations(useful, size):
            tried += 1
            if wanted == {id for each in chosen for id in reached[each]}:
                return {each: set(reached[each]) for each in chosen}
            if tried > _EXACT_SETS:
                return _greedy_cover(reached, useful, set(wanted))
    return {}


def _greedy_cover(
    reached: Mapping[Configuration, set[str]], useful: Sequence[Configuration], wanted: set[str]
) -> dict[Configuration, set[str]]:
    chosen: dict[Configuration, set[str]] = {}
    while wanted:
        best = max(useful, key=lambda each: len(reached[each] & wanted))
        chosen[best] = set(reached[best])
        wanted -= reached[best]
    return chosen


# Several packages


def _merged(
    chosen: Mapping[Configuration, set[str]],
    goals: Mapping[str, Goal],
    surroundings: Surroundings,
    tried: Collection[Configuration],
) -> dict[Configuration, set[str]]:
    """Build packages together where they are built alike and do not turn on each other's features."""
    merged: dict[Configuration, set[str]] = {}
    for configuration, ids in chosen.items():
        together = next((each for each in merged if _is_alike(each, configuration)), None)
        if together is not None:
            both = replace(together, packages=tuple(sorted({*together.packages, *configuration.packages})))
            wanted = merged[together] | ids
            held = _kept(both, wanted, goals, surroundings)
            if held == wanted and both not in tried and not surroundings.is_forbidden(both):
                del merged[together]
                merged[both] = wanted
                continue
        merged[configuration] = ids
    everything = tuple(sorted(package.name for package in surroundings.members))
    return {
        replace(each, packages=()) if each.packages == everything else each: ids
        for each, ids in merged.items()
    }


def _is_alike(one: Configuration, other: Configuration) -> bool:
    return replace(one, packages=()) == replace(other, packages=())


def _kept(
    configuration: Configuration, ids: Iterable[str], goals: Mapping[str, Goal], surroundings: Surroundings
) -> set[str]:
    held = {id: [surroundings.holds(configuration, way) for way in goals[id].ways] for id in ids}
    return {id for id, found in held.items() if True in found or None in found}


def _limited(reached: Mapping[Configuration, set[str]], goals: Mapping[str, Goal], limit: int) -> Choice:
    """Keep those that add most, sites before all else, up to the limit."""
    left = dict(reached)
    promised: dict[str, Configuration] = {}
    kept: list[Configuration] = []

    def worth(each: Configuration) -> tuple[int, int]:
        new = [goals[id].is_site for id in left[each] if id not in promised]
        return sum(new), len(new)

    while left and len(kept) < max(0, limit):
        best = max(left, key=worth)
        kept.append(best)
        promised = {**dict.fromkeys(left.pop(best), best), **promised}
    cut_goals = {id: each for each, ids in left.items() for id in ids if id not in promised}
    return Choice(tuple(kept), promised, tuple(left), cut_goals)

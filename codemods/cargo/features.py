"""Which features of each member are on in a configuration, worked out from the manifests.

The rules are those of "Features" in the Cargo book: a feature turns on others, optional
dependencies (`dep:x`) and features of dependencies (`x/y`, weak `x?/y`); every use of a member by another one
adds to its features. What cargo unifies beyond that (build dependencies, platforms) is taken as if it
were one: an answer here is a plan, and the command lines that rustc is given are the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codemods.cargo.build import Configuration, Features
from codemods.cargo.metadata import Dependency, Package

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Documented:
    """How the package asks docs.rs to build it (`[package.metadata.docs.rs]`)."""

    features: Features
    targets: tuple[str, ...]


def requested_features(package: Package, features: Features) -> frozenset[str]:
    """Return the features of `package` that `features` turns on, with all that follow from them.

    Names that the package does not have are left out, as cargo does where another package has them.
    """
    if features.all:
        return frozenset(package.features)
    names = {name.removeprefix(f"{package.name}/") for name in features.names}
    if not features.no_default:
        names.add(DEFAULT)
    return closure(package, names)


def closure(package: Package, names: Iterable[str]) -> frozenset[str]:
    """Return the features `names` of `package` and all that follow from them."""
    found: set[str] = set()
    queue = [name for name in names if name in package.features]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += (each for each in _implied(package, name) if each in package.features)
    return frozenset(found)


def resolved_features(
    members: Sequence[Package], configuration: Configuration
) -> Mapping[str, frozenset[str]]:
    """Return by name the features that are on in each member that is built in `configuration`.

    Members that others depend on are built too; tests and examples are built of those selected.
    """
    by_name = {package.name: package for package in members}
    selected = set(configuration.packages or by_name)
    found = {
        name: requested_features(by_name[name], configuration.features)
        for name in sorted(selected)
        if name in by_name
    }
    queue = list(found)
    while queue:
        user = queue.pop()
        for used, names in _asked_of_members(by_name, by_name[user], found[user], user in selected):
            more = closure(by_name[used], names) | found.get(used, frozenset())
            if found.get(used) != more:
                found[used] = more
                queue.append(used)
    return found


def documented(package: Package) -> Documented | None:
    """Return how docs.rs builds the package, where its manifest says so."""
    table = package.metadata.get("docs", {})
    table = table.get("rs") if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return None
    names = tuple(name for name in _texts(table.get("features")) if name in package.features)
    everything = table.get("all-features") is True
    features = Features(() if everything else names, everything, table.get("no-default-features") is True)
    return Documented(features, (*_texts([table.get("default-target")]), *_texts(table.get("targets"))))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _implied(package: Package, name: str) -> Iterator[str]:
    for value in package.features[name]:
        dependency, slash, _ = value.partition("/")
        if not slash:
            yield value  # a feature; `dep:x` is the name of none
        elif not dependency.endswith("?") and f"dep:{dependency}" in package.features.get(dependency, ()):
            yield dependency  # `x/y` turns on the feature that stands for the optional dependency


def _asked_of_members(
    by_name: Mapping[str, Package], user: Package, on: frozenset[str], with_tests: bool
) -> Iterator[tuple[str, set[str]]]:
    """Yield the members that `user` uses when its features `on` are, and the features it asks of them."""
    said = [value for name in on for value in user.features[name]]
    for dependency in user.dependencies:
        if not dependency.is_path or dependency.package not in by_name:
            continue
        if dependency.kind == "dev" and not with_tests:
            continue
        if dependency.optional and not _is_on(dependency, said):
            continue
        names = set(dependency.features) | ({DEFAULT} if dependency.default_features else set())
        names |= {
            feature
            for value in said
            for before, slash, feature in [value.partition("/")]
            if slash and before.removesuffix("?") == dependency.name
        }
        yield dependency.package, names


def _is_on(dependency: Dependency, said: Iterable[str]) -> bool:
    return any(
        value in (f"dep:{dependency.name}",) or value.startswith(f"{dependency.name}/") for value in said
    )

"""What holds in a configuration: features, target, profile and the cfgs of build scripts.

Where a configuration was built, the features are those that rustc was given; elsewhere they are worked
out from the manifests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from codemods.cargo.build import Configuration
from codemods.cargo.features import resolved_features
from codemods.cargo.metadata import Package, Target
from codemods.cargo.report import Unit
from codemods.cargo.targets import is_of_target
from codemods.rust.cfg import All, Option, Predicate, evaluate, parse

FEATURE, TEST, DEBUG = "feature", "test", "debug_assertions"
# Set by other programs than `cargo check`: rustdoc, Miri, clippy, rustfmt, docs.rs.
OF_TOOLS = frozenset({"doc", "doctest", "miri", "clippy", "rustfmt", "docsrs", "rust_analyzer"})


class Platforms(Protocol):
    """What is asked of `Targets`."""

    def options(self, triple: str) -> frozenset[Option]:
        """Return the options that hold on a target."""


@dataclass(frozen=True, slots=True)
class Way:
    """One target that may compile a place, and the condition for it to do so when it is built."""

    package: str
    target: Target
    condition: Predicate


@dataclass(frozen=True)
class Surroundings:
    """The members, the platforms, and what the units that were built show.

    `forbidden` are places that must not be compiled: there stands a `compile_error!`, or an error.
    """

    members: tuple[Package, ...]
    host: str
    platforms: Platforms
    units: tuple[Unit, ...] = ()
    forbidden: tuple[Way, ...] = ()
    _resolved: dict[Configuration, Mapping[str, frozenset[str]]] = field(default_factory=dict, repr=False)

    def holds(self, configuration: Configuration, way: Way) -> bool | None:
        """Return whether `configuration` builds the target and compiles the place in it; None: perhaps."""
        features = self.features(configuration, way.package)
        if features is None or not features.issuperset(way.target.required_features):
            return False
        if configuration.packages and way.package not in configuration.packages:
            return False
        found = [self._holds(configuration, way, features, is_test) for is_test in _test_builds(way.target)]
        return True if True in found else None if None in found else False

    def is_forbidden(self, configuration: Configuration) -> bool:
        """Whether `configuration` compiles a place that must not be."""
        features: dict[str, frozenset[str]] = {}
        for way, needed in self._forbidden:
            if way.package not in features:
                features[way.package] = self.features(configuration, way.package) or frozenset()
            if needed <= features[way.package] and self.holds(configuration, way) is True:
                return True
        return False

    def features(self, configuration: Configuration, package: str) -> frozenset[str] | None:
        """Return the features of `package` in `configuration`; None where it is not built there."""
        shown = self._shown_features.get((configuration.id, package))
        if shown is not None:
            return shown
        if configuration not in self._resolved:
            self._resolved[configuration] = resolved_features(self.members, configuration)
        return self._resolved[configuration].get(package)

    def package(self, name: str) -> Package:
        """Return the member of that name."""
        return next(package for package in self.members if package.name == name)

    def has_build_script(self, package: str) -> bool:
        """Whether the package has a build script, which may set any cfg."""
        return package in self._with_build_script

    def custom(self, package: str) -> frozenset[Option]:
        """Return the cfgs that rustc was given for `package`, besides its features."""
        return self._shown_custom.get(package, frozenset())

    def _holds(
        self, configuration: Configuration, way: Way, features: frozenset[str], is_test: bool
    ) -> bool | None:
        platform = self.platforms.options(configuration.target or self.host)
        custom = self.custom(way.package)
        may_be_set = self.has_build_script(way.package)
        profile = {
            TEST: is_test,
            DEBUG: not configuration.release,
            "overflow_checks": not configuration.release,
            "proc_macro": way.target.kind == "proc-macro",
        }

        def known(option: Option) -> bool | None:
            if option.name == FEATURE:
                return option.value in features
            if option in custom:
                return True
            if option.value is None and option.name in profile:
                return profile[option.name]
            if is_of_target(option):
                return option in platform
            return None if may_be_set and option.name not in OF_TOOLS else False

        return evaluate(way.condition, known)

    @cached_property
    def _forbidden(self) -> tuple[tuple[Way, frozenset[str]], ...]:
        """Each forbidden place with the features that it surely needs: most are told by these alone."""
        return tuple((way, frozenset(_needed(way.condition))) for way in self.forbidden)

    @cached_property
    def _with_build_script(self) -> frozenset[str]:
        return frozenset(
            package.name
            for package in self.members
            if any(target.kind == "custom-build" for target in package.targets)
        )

    @cached_property
    def _shown_features(self) -> Mapping[tuple[str, str], frozenset[str]]:
        shown: dict[tuple[str, str], frozenset[str]] = {}
        for unit in self.units:
            names = frozenset(o.value for o in given_options(unit.argv) if o.name == FEATURE and o.value)
            for name in unit.configurations:
                if unit.kind != "custom-build":
                    key = (name, unit.package)
                    shown[key] = shown.get(key, frozenset()) | names
        return shown

    @cached_property
    def _shown_custom(self) -> Mapping[str, frozenset[Option]]:
        shown: dict[str, frozenset[Option]] = {}
        for unit in self.units:
            custom = frozenset(option for option in given_options(unit.argv) if option.name != FEATURE)
            shown[unit.package] = shown.get(unit.package, frozenset()) | custom
        return shown


def given_options(argv: Sequence[str]) -> Iterable[Option]:
    """Return the options that a rustc command line sets with `--cfg`."""
    texts = [after for before, after in pairwise(argv) if before == "--cfg"]
    texts += [each.partition("=")[2] for each in argv if each.startswith("--cfg=")]
    found = (parse(text.encode()) for text in texts)
    return [option for option in found if isinstance(option, Option)]


def _needed(condition: Predicate) -> Iterator[str]:
    match condition:
        case Option("feature", str(name)):
            yield name
        case All(parts):
            for part in parts:
                yield from _needed(part)


def _test_builds(target: Target) -> tuple[bool, ...]:
    """Return how `--all-targets` builds a target: as itself, as a test of itself, or both."""
    if target.kind in ("test", "bench"):
        return (True,)
    return (False, True) if target.test and target.kind in ("lib", "bin", "proc-macro") else (False,)

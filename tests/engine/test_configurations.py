"""The choice of builds, and what is said of places that none compiles; nothing is built here."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.cargo.build import Configuration, Features
from codemods.cargo.metadata import Dependency, Package, Target
from codemods.cargo.report import Unit
from codemods.engine.configurations import Choice, Goal, choose
from codemods.engine.surroundings import Surroundings, Way
from codemods.engine.uncovered import why_uncovered
from codemods.rust.cfg import Option, Predicate, evaluate, parse

HOST = "x86_64-unknown-linux-gnu"
WINDOWS = "x86_64-pc-windows-gnu"
CFGS = {HOST: {"unix"}, WINDOWS: {"windows"}}


class Platforms:
    """Two made-up targets."""

    def options(self, triple: str) -> frozenset[Option]:
        return frozenset(map(Option, CFGS[triple]))

    def example_of(self, predicate: Predicate) -> str | None:
        return next((each for each in CFGS if evaluate(predicate, self.options(each).__contains__)), None)


def target(kind: str = "lib", *required: str) -> Target:
    return Target("it", kind, ("lib",), PurePosixPath("src/lib.rs"), "2021", True, False, required)


def package(name: str, features: dict[str, tuple[str, ...]], *uses: str, script: bool = False) -> Package:
    root = PurePosixPath(name)
    targets = (target(), *([target("custom-build")] if script else []))
    dependencies = tuple(Dependency(used, used, "normal", False, True, (), True) for used in uses)
    return Package(
        name, name, "0", root / "Cargo.toml", root, "2021", None, features, targets, True, dependencies
    )


FEATURES: dict[str, tuple[str, ...]] = {"default": ("std",), "std": (), "a": (), "b": (), "c": ("a",)}
ONE = package("one", FEATURES)


def way(condition: str, name: str = "one", at: Target | None = None) -> Way:
    return Way(name, at or target(), parse(condition.encode()))


def goals(*conditions: str, name: str = "one") -> list[Goal]:
    return [Goal(f"{name}: {each}", (way(each, name),)) for each in conditions]


def chosen(
    wanted: list[Goal],
    *members: Package,
    limit: int = 8,
    targets: tuple[str, ...] = (),
    tried: tuple[Configuration, ...] = (),
    forbidden: tuple[Way, ...] = (),
) -> Choice:
    surroundings = Surroundings(members or (ONE,), HOST, Platforms(), forbidden=forbidden)
    return choose(wanted, surroundings, limit=limit, targets=targets, tried=tried)


def ids(choice: Choice) -> list[str]:
    return [configuration.id for configuration in choice.configurations]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], []),
        (['feature = "a"', 'feature = "b"'], ["all-features"]),
        (['feature = "a"', 'not(feature = "std")'], ["no-default-features+features:a"]),
        (['all(feature = "a", not(feature = "b"))'], ["features:a"]),
        (['all(feature = "c", not(feature = "a"))'], []),
        (["not(debug_assertions)"], ["default+release"]),
        (["test"], ["all-features"]),
        (["windows"], []),
        (['any(windows, feature = "a")'], ["all-features"]),
        (["loom"], []),
    ],
)
def test_the_fewest_builds_that_reach_all(conditions: list[str], expected: list[str]) -> None:
    assert ids(chosen(goals(*conditions))) == expected


def test_what_excludes_each_other_takes_two_builds() -> None:
    wanted = goals('all(feature = "a", not(feature = "b"))', 'all(feature = "b", not(feature = "a"))')
    assert ids(chosen(wanted)) == ["features:a", "features:b"]


def test_another_target_is_taken_where_it_is_installed() -> None:
    choice = chosen(goals('all(windows, feature = "a")'), targets=(WINDOWS,))
    assert [each.target for each in choice.configurations] == [WINDOWS]
    assert choice.configurations[0].features.all or "a" in choice.configurations[0].features.names


def test_the_limit_keeps_places_before_other_sides_and_names_what_it_cut() -> None:
    sides = [Goal("side", (way('all(feature = "b", not(feature = "a"))'),), is_site=False)]
    wanted = [*sides, *goals('all(feature = "a", not(feature = "b"))')]
    choice = chosen(wanted, limit=1)
    assert ids(choice) == ["features:a"]
    assert [each.id for each in choice.cut] == ["features:b"]
    assert choice.cut_goals["side"].id == "features:b"
    assert ids(chosen(wanted, limit=0)) == []


def test_what_does_not_build_is_not_chosen_again() -> None:
    failed = Configuration(Features(all=True), packages=("one",))
    assert ids(chosen(goals('feature = "a"'), tried=(failed,))) == ["features:a"]


def test_the_largest_sets_of_features_without_an_error() -> None:
    error = way('all(feature = "a", feature = "b")')
    wanted = goals('feature = "a"', 'feature = "b"', 'feature = "c"', 'feature = "std"')
    found = ids(chosen(wanted, forbidden=(error,)))
    assert found == ["no-default-features+features:a,c,std", "no-default-features+features:b,std"]


def test_packages_that_are_built_alike_are_built_together() -> None:
    two = package("two", FEATURES)
    three = package("three", {})
    wanted = goals('feature = "a"') + goals('feature = "b"', name="two")
    assert ids(chosen(wanted, ONE, two, three)) == ["all-features(one,two)"]
    assert ids(chosen(wanted, ONE, two)) == ["all-features"], "all members"


def test_packages_that_turn_on_each_others_features_are_built_apart() -> None:
    user = package("user", FEATURES, "one")
    wanted = goals('not(feature = "std")') + goals('not(feature = "std")', name="user")
    assert ids(chosen(wanted, ONE, user)) == ["no-default-features(one)", "no-default-features(user)"]


def test_what_nobody_can_decide_is_tried_with_all_features() -> None:
    scripted = package("one", FEATURES, script=True)
    assert ids(chosen(goals("has_thing"), scripted)) == ["all-features"]
    assert ids(chosen(goals("has_thing"))) == [], "no build script: nobody sets it"


def test_required_features_of_a_target() -> None:
    wanted = [Goal("tool", (way("true", at=target("bin", "b")),))]
    found = chosen(wanted).configurations
    assert len(found) == 1 and (found[0].features.all or "b" in found[0].features.names)


def test_many_goals_are_covered_step_by_step() -> None:
    names = [f"f{n}" for n in range(14)]
    many = package("one", dict.fromkeys(names, ()))
    wanted = goals(
        *(f'all(feature = "{name}", not(feature = "{names[n - 1]}"))' for n, name in enumerate(names))
    )
    choice = chosen(wanted, many, limit=100)
    assert set(choice.promised) == {goal.id for goal in wanted}
    assert choice == chosen(wanted, many, limit=100), "the same each time"


def test_the_features_that_rustc_was_given_count_more_than_the_manifest() -> None:
    argv = ("rustc", "--cfg", 'feature="b"', "--cfg", "from_script")
    unit = Unit("u", "one", "it", "lib", False, "2021", argv, (), "", frozenset(), True, (), ("default",))
    surroundings = Surroundings((ONE,), HOST, Platforms(), (unit,))
    default = Configuration()
    assert surroundings.features(default, "one") == frozenset({"b"})
    assert surroundings.holds(default, way('all(feature = "b", from_script)')) is True
    assert surroundings.holds(default, way('feature = "std"')) is False


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("windows", f"only compiled for cfg(windows); add the target {WINDOWS} to verify"),
        (
            'all(windows, feature = "a")',
            f"only compiled for cfg(windows); add the target {WINDOWS} to verify",
        ),
        (
            'target_os = "none"',
            'only compiled for cfg(target_os = "none"), which no target that is known here satisfies',
        ),
        ("loom", "only compiled for cfg(loom): with RUSTFLAGS='--cfg loom'"),
        ("miri", "only Miri compiles it"),
        ('feature = "gone"', "only compiled with the feature `gone`, which one does not have"),
        (
            'all(feature = "c", not(feature = "a"))',
            'no combination of features satisfies cfg(all(feature = "c", not(feature = "a"))):'
            " `a` comes with the others",
        ),
        ("all(unix, not(unix))", "its conditions exclude each other: cfg(all(unix, not(unix)))"),
        ('version("9")', 'nobody here can say whether it is compiled: it depends on version ( "9" )'),
        ("any(loom, windows)", f"only compiled for cfg(windows); add the target {WINDOWS} to verify"),
    ],
)  # fmt: skip
def test_reasons(condition: str, expected: str) -> None:
    surroundings = Surroundings((ONE,), HOST, Platforms())
    assert why_uncovered([way(condition)], surroundings, Platforms()) == expected


def test_reasons_of_files_and_build_scripts() -> None:
    scripted = Surroundings((package("one", {}, script=True),), HOST, Platforms())
    assert why_uncovered([], scripted, Platforms()) == "no target of its package leads to this file"
    assert "which the build script does not set here" in why_uncovered([way("odd")], scripted, Platforms())
    only_test = why_uncovered([way("not(test)", at=target("test"))], scripted, Platforms())
    assert only_test == "only compiled without cfg(test), which the test it always has"

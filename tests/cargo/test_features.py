"""Features that a configuration turns on, from the manifests alone."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

from codemods.cargo.build import Configuration, Features
from codemods.cargo.features import closure, documented, requested_features, resolved_features
from codemods.cargo.metadata import Dependency, Package


def package(
    name: str, features: dict[str, tuple[str, ...]], *uses: Dependency, metadata: Any = None
) -> Package:
    root = PurePosixPath(name)
    return Package(
        name, name, "0.1.0", root / "Cargo.toml", root, "2021", None, features, (), True, uses, metadata or {}
    )


def use(
    name: str, *features: str, optional: bool = False, default: bool = True, kind: str = "normal"
) -> Dependency:
    return Dependency(name, name, kind, optional, default, features, is_path=True)


ONE = package(
    "one",
    {
        "default": ("std",),
        "std": ("alloc", "two?/std"),
        "alloc": (),
        "two": ("dep:two",),
        "net": ("two/tls",),
        "quiet": ("two?/tls",),
        "hidden": ("dep:three",),
    },
)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["std"], {"std", "alloc"}),
        (["net"], {"net", "two"}),
        (["quiet"], {"quiet"}),
        (["hidden"], {"hidden"}),
        (["nobody"], set()),
    ],
)
def test_what_follows_from_a_feature(names: list[str], expected: set[str]) -> None:
    assert closure(ONE, names) == expected


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        (Features(), {"default", "std", "alloc"}),
        (Features(no_default=True), set()),
        (Features(("one/quiet",), no_default=True), {"quiet"}),
        (Features(("quiet", "of-another")), {"default", "std", "alloc", "quiet"}),
    ],
)
def test_what_is_asked_of_cargo(features: Features, expected: set[str]) -> None:
    assert requested_features(ONE, features) == expected
    assert requested_features(ONE, Features(all=True)) == set(ONE.features)


def test_members_turn_on_features_of_each_other() -> None:
    low = package("low", {"default": ("std",), "std": (), "extra": (), "fast": ()})
    high = package("high", {"speed": ("low/fast",)}, use("low", "extra"))
    alone = Configuration(Features(no_default=True), packages=("low",))
    both = Configuration(Features(no_default=True))
    fast = Configuration(Features(("speed",), no_default=True), packages=("high",))

    assert resolved_features([low, high], alone) == {"low": frozenset()}
    assert resolved_features([low, high], both)["low"] == {"default", "std", "extra"}
    assert resolved_features([low, high], fast)["low"] == {"default", "std", "extra", "fast"}


def test_optional_and_test_dependencies() -> None:
    low = package("low", {"x": (), "y": ()})
    high = package("high", {"low": ("dep:low",)}, use("low", "x", optional=True), use("low", "y", kind="dev"))
    user = package("user", {}, use("high"))

    def low_in(package: str, *features: str) -> frozenset[str] | None:
        chosen = Configuration(Features(features), packages=(package,))
        found = resolved_features([low, high, user], chosen)
        return found.get("low")

    assert low_in("high") == frozenset({"y"}), "tests of selected packages are built"
    assert low_in("high", "low") == frozenset({"x", "y"})
    assert low_in("user") is None, "those of others are not"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"all-features": True, "targets": ["wasm32-x"]}, (Features(all=True), ("wasm32-x",))),
        ({"features": ["net", "no"], "no-default-features": True}, (Features(("net",), no_default=True), ())),
        ({"features": "net"}, (Features(), ())),
    ],
)  # fmt: skip
def test_how_docs_rs_builds_it(table: dict[str, Any], expected: tuple[Features, tuple[str, ...]]) -> None:
    found = documented(package("p", {"net": ()}, metadata={"docs": {"rs": table}}))
    assert found is not None and (found.features, found.targets) == expected


def test_no_word_of_docs_rs() -> None:
    assert documented(ONE) is None
    assert documented(package("p", {}, metadata={"docs": "odd"})) is None

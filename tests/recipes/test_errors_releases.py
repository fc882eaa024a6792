"""Which release a package can use, by the lowest Rust that it supports."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from codemods.recipes._errors.releases import ANYHOW, anyhow_for, needs, thiserror_for

from codemods.recipe import Needs, Package


@pytest.mark.parametrize(
    ("rust", "requirement"),
    [
        (None, "2"),
        ("1.80", "2"),
        ("1.77.0", "2"),
        ("1.76", "1"),
        ("1.61", "1"),
        ("1.56.1", "1"),
        ("1.31", "1"),
        ("1.30", None),
    ],
)
def test_thiserror_by_rust(rust: str | None, requirement: str | None) -> None:
    release = thiserror_for(rust)

    assert (release.requirement if release else None) == requirement


def test_without_std_only_the_second_line_will_do() -> None:
    assert thiserror_for("1.80", std=False) is None
    assert thiserror_for("1.81", std=False) is not None


@pytest.mark.parametrize(("rust", "found"), [(None, True), ("1.34", True), ("1.33", False)])
def test_anyhow_by_rust(rust: str | None, found: bool) -> None:
    assert (anyhow_for(rust) is not None) == found


def test_a_need_stands_where_the_old_crate_stood() -> None:
    package = Package("p", PurePosixPath("p/Cargo.toml"))

    assert needs(package, ANYHOW, "failure") == Needs(package.manifest, "anyhow", "1", instead_of="failure")

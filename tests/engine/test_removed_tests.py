"""Tests that a diff takes away are not broken by it."""

from __future__ import annotations

from pathlib import PurePosixPath

from codemods.engine.document import Evidence
from codemods.engine.removed_tests import without_removed
from codemods.engine.testing import Tested

PATH = PurePosixPath("src/lib.rs")
BEFORE = b"#[test] fn old() {} #[test] fn kept() {} "
BEFORE += b"mod a { #[test] fn twice() {} } mod b { #[test] fn twice() {} }"


def broken(*names: str) -> Tested:
    return Tested(Evidence("test", "failed", "no longer"), None, names, "no longer")


def test_a_test_whose_function_is_removed_is_not_broken() -> None:
    found = without_removed(broken("x lib x: tests::old"), {PATH: (BEFORE, BEFORE.replace(b"old", b"new"))})
    assert found.broken == () and found.evidence.status == "passed"
    assert "x lib x: tests::old" in found.evidence.detail


def test_a_test_that_is_still_there_is_broken() -> None:
    diff = {PATH: (BEFORE, BEFORE.replace(b"old", b"new"))}
    assert without_removed(broken("x lib x: kept"), diff).broken == ("x lib x: kept",)
    both = without_removed(broken("x lib x: kept", "x lib x: old"), diff)
    assert both.broken == ("x lib x: kept",) and both.evidence.status == "failed"


def test_one_of_two_of_a_name_is_removed() -> None:
    diff = {PATH: (BEFORE, BEFORE.replace(b"mod b { #[test] fn twice() {} }", b""))}
    assert without_removed(broken("x lib x: b::twice"), diff).broken == ()

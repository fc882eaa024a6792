"""Tests of what cargo-semver-checks is taken to say: found, nothing, or no verdict."""

from __future__ import annotations

import pytest

from codemods.cargo.process import Completed
from codemods.cargo.semver_checks import Lint, SemverVerdict, read_verdict

FOUND = b"""
--- failure enum_variant_added: enum variant added on exhaustive enum ---

Description:
A publicly-visible enum without #[non_exhaustive] has a new variant.
        ref: https://doc.rust-lang.org/cargo/reference/semver.html#enum-variant-new

Failed in:
  variant Kind:Io in src/lib.rs:3
  variant Kind:Utf8 in src/lib.rs:4

--- failure struct_missing: pub struct removed or renamed ---

Failed in:
  struct url::Context, previously in file src/lib.rs:9
"""
REQUIRED = b"     Summary semver requires new major version: 2 major and 0 minor checks failed\n"
CHECKED = b"     Checked [   0.025s] 196 checks: 196 pass, 49 skip\n     Summary no semver update required\n"
OLDER = b"   Completed [   0.025s] 45 checks; 45 passed, 0 unnecessary\n"


def said(code: int, stdout: bytes = b"", stderr: bytes = b"") -> SemverVerdict:
    return read_verdict(Completed(code, stdout, stderr, 0.1))


def test_failed_lints_are_read_with_their_places() -> None:
    assert said(1, FOUND, REQUIRED) == SemverVerdict(
        "major",
        (
            Lint(
                "enum_variant_added",
                "enum variant added on exhaustive enum",
                ("variant Kind:Io in src/lib.rs:3", "variant Kind:Utf8 in src/lib.rs:4"),
            ),
            Lint(
                "struct_missing",
                "pub struct removed or renamed",
                ("struct url::Context, previously in file src/lib.rs:9",),
            ),
        ),
    )


def test_a_minor_version_is_told_from_a_major_one() -> None:
    assert said(1, b"", REQUIRED.replace(b"major", b"minor", 1)).bump == "minor"


@pytest.mark.parametrize("stderr", [CHECKED, OLDER, b"\x1b[32m" + CHECKED])
def test_nothing_is_found_only_where_checks_ran(stderr: bytes) -> None:
    assert said(0, b"", stderr) == SemverVerdict()


@pytest.mark.parametrize(
    ("code", "stderr", "problem"),
    [
        (
            1,
            b"error: unsupported rustdoc format v57 for file: x.json\n",
            "error: unsupported rustdoc format v57",
        ),
        (0, b"     Checked [   0.0s] 0 checks: 0 pass, 245 skip\n", "Checked"),
        (0, b"", "it ended with code 0"),
        (101, b"thread 'main' panicked\n", "thread 'main' panicked"),
        (1, CHECKED, "Summary no semver"),
    ],
)
def test_anything_else_is_no_verdict(code: int, stderr: bytes, problem: str) -> None:
    verdict = said(code, b"", stderr)
    assert verdict.bump is None
    assert verdict.problem is not None and problem in verdict.problem

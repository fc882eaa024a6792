"""Tests of which lifetimes a signature need not name."""

from __future__ import annotations

import pytest

from codemods.cargo.api_lifetimes import needless
from codemods.cargo.api_text import Json


@pytest.mark.parametrize(
    ("inputs", "output", "rest", "own", "found"),
    [
        (["&'a str"], "", "", None, {"'a"}),
        (["&'a str"], "&'a str", "", None, {"'a"}),
        (["&'a str", "&u8"], "&'a str", "", None, set()),
        (["&'a str", "&'b str"], "&'a str", "", None, {"'b"}),
        (["&'a Self", "&'b str"], "&'a str", "", "&'a Self", {"'a", "'b"}),
        (["&'a Self", "&'b str"], "&'b str", "", "&'a Self", {"'a"}),
        (["&'a str", "&'a str"], "", "", None, set()),
        (["&'a T"], "", "<T: 'a>", None, set()),
        ([], "&'a str", "", None, set()),
        (["own::Cow<'a, str>"], "own::Cow<'a, str>", "", None, {"'a"}),
    ],
)
def test_only_what_elision_gives_back_is_needless(
    inputs: list[str], output: str, rest: str, own: str | None, found: set[str]
) -> None:
    generics: Json = {
        "params": [{"name": name, "kind": {"lifetime": {"outlives": []}}} for name in ("'a", "'b")]
    }
    used = " ".join([*inputs, output, rest])

    assert {name for name in needless(generics, inputs, output, rest, own) if name in used} == found


def test_bounded_lifetimes_stay() -> None:
    generics: Json = {"params": [{"name": "'a", "kind": {"lifetime": {"outlives": ["'b"]}}}]}
    assert needless(generics, ["&'a str"], "", "") == frozenset()

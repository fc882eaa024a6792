"""Types of failure as rustc writes them, and as its users do."""

from __future__ import annotations

from importlib import import_module

import pytest

from codemods.recipe import Facts, ItemOf, Known, TypeOf

with_public_paths = import_module("codemods.recipes.failure.public_paths").with_public_paths
TYPE, ITEM = TypeOf("receiver"), ItemOf("call")


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("failure::error::Error", "failure::Error"),
        (
            "&std::result::Result<u8, failure::context::Context<&str>>",
            "&std::result::Result<u8, failure::Context<&str>>",
        ),
        ("failure::Error", "failure::Error"),
        ("own_failure::error::Error", "own_failure::error::Error"),
        ("failure::other::Error", "failure::other::Error"),
    ],
)
def test_a_type_loses_the_private_module(written: str, public: str) -> None:
    facts = with_public_paths(Facts({("site", TYPE): Known(written, "why")}))

    assert facts.about("site", TYPE) == Known(public, "why")


def test_what_a_call_means_stays_as_it_is() -> None:
    item = Known("failure::error::{impl}::downcast_ref", "why")

    assert with_public_paths(Facts({("site", ITEM): item})).about("site", ITEM) == item

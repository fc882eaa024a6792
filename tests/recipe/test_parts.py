"""Which part of a site a fact is about."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.recipe import Applicability, Edit, Pattern, Site, Source, find_sites, recipe
from codemods.recipe.parts import PartError, part_of


@recipe(
    summary="Look",
    epoch="2021",
    min_rust="1.56",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=Pattern("$map.get($$$keys)"),
)
def looking(site: Site) -> list[Edit]:
    return [Edit(site.span, "")]


def _part(code: str, part: str) -> str | None:
    source = Source(PurePosixPath("src/lib.rs"), f"fn f() {{ {code}; }}".encode())
    [site] = find_sites(looking, source)
    found = part_of(site, part)
    return None if found is None else source.text(found[0])


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("", "self.ages.get(name, 1)"),
        ("map", "self.ages"),
        ("map.value", "self"),
        (".function.field", "get"),
        (".arguments.1", "1"),
        (".arguments.2", None),
        ("map.nothing", None),
        ("keys", None),
    ],
)
def test_a_part_is_a_capture_or_a_path_of_fields(part: str, text: str | None) -> None:
    assert _part("self.ages.get(name, 1)", part) == text


def test_a_name_that_the_pattern_lacks_is_an_error() -> None:
    with pytest.raises(PartError) as caught:
        _part("self.ages.get(name)", "key")

    assert caught.value.hint == "Captured here: map, keys."

"""The recipe over published crates, one test a crate: every target of the corpus must hold."""

from __future__ import annotations

import pytest

from tools.corpus import choose
from tools.crates import Crate, cache_folder, read_list
from tools.rows import Options, measure
from tools.targets import missed

CRATES = read_list()


@pytest.mark.crates
@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.slug)
def test_a_crate_meets_every_target(crate: Crate) -> None:
    row = measure(crate, Options(cache_folder(), tests=True, peers={}))

    assert missed([row]) == []


def test_a_sample_depends_on_its_seed_alone() -> None:
    first = choose(CRATES, None, 3, seed=7)

    assert first == choose(CRATES, None, 3, seed=7)
    assert len(first) == len(set(first)) == 3
    assert any(choose(CRATES, None, 3, seed) != first for seed in range(5))


def test_a_crate_is_chosen_by_its_name_or_with_its_version() -> None:
    crate = CRATES[0]

    assert crate in choose(CRATES, crate.name, None, seed=0)
    assert choose(CRATES, crate.slug, None, seed=0) == (crate,)
    assert choose(CRATES, "no-such-crate", None, seed=0) == ()

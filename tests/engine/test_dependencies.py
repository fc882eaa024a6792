"""What forms ask of manifests, and the edits that come of it."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from codemods.engine.dependencies import KEPT_FORM, line_edits, with_fallback
from codemods.recipe.proposals import Form, Keeps, Needs, Retires
from codemods.rust.edits import apply_edits

MANIFEST = PurePosixPath("Cargo.toml")
TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "é\n", "\n", "last"]), max_size=12).map("".join)


@given(TEXTS, TEXTS)
def test_edits_of_lines_make_one_text_of_the_other(before: str, after: str) -> None:
    edits = line_edits(before.encode(), after.encode())
    assert apply_edits(before.encode(), edits) == after.encode()
    assert bool(edits) == (before != after)


def test_a_form_that_retires_a_dependency_has_one_that_keeps_it() -> None:
    needs, retires = Needs(MANIFEST, "new", "1"), Retires(MANIFEST, "old")
    first = Form((), "all", dependencies=(needs, retires))
    last = Form((), "some", dependencies=(needs,))

    assert with_fallback((first, last)) == (
        first,
        Form((), f"all, {KEPT_FORM}", dependencies=(needs, Keeps(MANIFEST, "old"))),
        last,
    )

"""The recipe `quick-error` on its cases."""

from __future__ import annotations

import pytest

from codemods.recipe.testkit import Case, cases_of_docstring, check
from tests.recipes.quick_error.clause_cases import CLAUSES
from tests.recipes.quick_error.helpers import module, quick_error
from tests.recipes.quick_error.layout_cases import LAYOUT, LEFT
from tests.recipes.quick_error.message_cases import MESSAGES, WRITTEN

CASES = [*MESSAGES, *WRITTEN, *CLAUSES, *LAYOUT, *LEFT]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_quick_error(case: Case) -> None:
    check(quick_error, case)


@pytest.mark.parametrize("case", cases_of_docstring(module.__doc__ or ""), ids=lambda case: case.name)
def test_the_docstring_tells_the_truth(case: Case) -> None:
    check(quick_error, case)


def test_every_code_has_a_case() -> None:
    used = {case.code for case in CASES if case.code is not None}
    assert used | {"still-used"} == set(quick_error.codes)

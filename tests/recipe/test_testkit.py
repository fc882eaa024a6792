from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from codemods.recipe import (
    Ambiguous,
    Answer,
    Applicability,
    Change,
    Edit,
    Fact,
    Facts,
    Form,
    Known,
    MacroOrigin,
    Option,
    Pattern,
    Proposal,
    Recipe,
    RecipeError,
    Setting,
    Site,
    Skipped,
    Unknown,
    recipe,
)
from codemods.recipe.testkit import OWN, STD, UNKNOWN, Case, check, failure_of, rewritten, untouched

RENAMED = {"trim_left": "trim_start", "trim_right": "trim_end"}


@recipe(
    summary="Replace `trim_left`/`trim_right` with `trim_start`/`trim_end`",
    epoch="2018",
    min_rust="1.30",
    applicability=Applicability.MACHINE_APPLICABLE,
    pattern=Pattern("$text.$method()", method=RENAMED),
)
def trim_start_end(site: Site) -> list[Edit]:
    method = site["method"]
    return [Edit(method.span, RENAMED[method.text])]


CASES = [
    rewritten("plain call", "s.trim_left();", "s.trim_start();"),
    rewritten("comment kept", "s./* x */trim_left();", "s./* x */trim_start();"),
    rewritten("macro argument", "log!(s.trim_left());", "log!(s.trim_start());"),
    rewritten("chain", "s.trim_left().trim_right();", "s.trim_start().trim_end();"),
    rewritten("other code in front", "own.trim_left();", "own.trim_start();", given="struct Own;"),
    rewritten(
        "file", "fn f() -> &str {\r\n\ts.trim_left()\r\n}", "fn f() -> &str {\r\n\ts.trim_start()\r\n}"
    ),
    rewritten("tail", "s.trim_left()", "s.trim_start()"),
    untouched("has an argument", "s.trim_left(2);"),
    untouched("path", "str::trim_left(s);"),
    untouched("string", 's("s.trim_left()");'),
    untouched("kept", "// codemod: keep\ns.trim_left();", code="kept"),
    untouched("kept by name", "s.trim_left(); // codemod: keep(trim-start-end): why", code="kept"),
    rewritten(
        "kept by another name",
        "// codemod: keep(other)\ns.trim_left();",
        "// codemod: keep(other)\ns.trim_start();",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_kit_runs_a_recipe(case: Case) -> None:
    check(trim_start_end, case)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (
            rewritten("wrong text", "s.trim_left();", "s.trim_begin();"),
            r"not what was expected.*\+.*trim_start",
        ),
        (rewritten("no site", "s.trim();", "s.strip();"), "no site was found"),
        (untouched("changed", "s.trim_left();"), "changed what must stay"),
        (
            untouched("other code", "// codemod: keep\ns.trim_left();", code="own"),
            "expected every site.*kept",
        ),
        (untouched("no site", "s.trim();", code="own"), "got no site"),
    ],
    ids=lambda value: value.name if isinstance(value, Case) else "",
)
def test_a_wrong_case_fails(case: Case, message: str) -> None:
    failure = failure_of(trim_start_end, case)

    assert failure is not None
    assert re.search(message, str(failure), re.DOTALL)
    with pytest.raises(AssertionError, match=re.escape(case.name)):
        check(trim_start_end, case)


def _recipe(function: Callable[..., object], **others: Any) -> Recipe:
    declared: dict[str, Any] = {
        "summary": "Do it",
        "epoch": "2015",
        "min_rust": "1.0",
        "applicability": Applicability.MACHINE_APPLICABLE,
        "pattern": Pattern("old()"),
    }
    return recipe(**{**declared, **others})(function)


def test_a_result_that_does_not_parse_fails() -> None:
    def breaks(site: Site) -> list[Edit]:
        return [Edit(site.span, "new(")]

    failure = failure_of(_recipe(breaks), rewritten("broken", "old();", "new(;"))

    assert failure is not None
    assert failure.message == "the result does not parse"


def test_a_recipe_that_never_ends_fails() -> None:
    def again(site: Site) -> list[Edit]:
        return [Edit(site.span, "f(old())")]

    failure = failure_of(_recipe(again), rewritten("again", "old();", "f(old());"))

    assert failure is not None
    assert failure.message == "a second run changes its own result again"


def always_std(_site: Site, _fact: Fact) -> Answer:
    return STD


STD_TRY = MacroOrigin("old", "note")


def by_origin(site: Site, facts: Facts) -> list[Form] | Skipped | Ambiguous:
    match facts.about(site.id, STD_TRY):
        case Known("std"):
            return [site.form([Edit(site.span, "one()")]), site.form([Edit(site.span, "two()")], "second")]
        case Known():
            return Skipped("own-macro", "somebody else's")
        case Unknown(reason):
            return Ambiguous("unknown", reason, (Option("a", "this"), Option("b", "that")))


@pytest.mark.parametrize(
    "case",
    [
        rewritten("first form", "old();", "one();", answers=STD),
        rewritten("second form", "old();", "two();", answers=STD, form="second"),
        rewritten("answer by fact", "old();", "one();", answers={STD_TRY: STD}),
        rewritten("answer by site", "old();", "one();", answers=always_std),
        untouched("skipped", "old();", answers=OWN, code="own-macro"),
        untouched("asks", "old();", answers=UNKNOWN, code="unknown"),
    ],
    ids=lambda case: case.name,
)
def test_answers_of_the_compiler_are_data(case: Case) -> None:
    check(_recipe(by_origin, facts=[STD_TRY]), case)


def test_a_recipe_may_plan_for_all_sites_at_once() -> None:
    def together(sites: list[Site]) -> list[Proposal]:
        edits = [Edit(site.span, "new()") for site in sites]
        return [Change(tuple(site.id for site in sites), (sites[0].form(edits),))]

    check(_recipe(together), rewritten("all", "old();\nold();", "new();\nnew();"))
    check(
        _recipe(together),
        rewritten("but one", "old();\nold(); // codemod: keep", "new();\nold(); // codemod: keep"),
    )


@pytest.mark.parametrize(
    "answer",
    [[], None, "text", [1], Skipped],
    ids=["nothing", "None", "text", "numbers", "class"],
)
def test_an_answer_that_is_none_is_refused(answer: object) -> None:
    def silent(site: Site) -> object:  # noqa: ARG001
        return answer

    with pytest.raises(RecipeError, match="silent answered with") as error:
        check(_recipe(silent), rewritten("x", "old();", "new();"))

    assert error.value.where == "src/lib.rs:3:1"


def test_a_plan_settles_every_site_exactly_once() -> None:
    def forgets(sites: list[Site]) -> list[Proposal]:
        return [Skipped("one", "only one", (sites[0].id,))]

    def invents(sites: list[Site]) -> list[Proposal]:
        return [Skipped("all", "all", (*(site.id for site in sites), "more"))]

    case = rewritten("x", "old();\nold();", "new();")
    with pytest.raises(RecipeError, match="did not settle a site exactly once: old"):
        check(_recipe(forgets), case)
    with pytest.raises(RecipeError, match="sites it was not given: more"):
        check(_recipe(invents), case)


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"summary": "Ends with a stop."}, "full stop"),
        ({"summary": ""}, "full stop"),
        ({"pattern": []}, "nothing to look for"),
        ({"min_rust": "2018"}, "min_rust"),
        ({"after": ["named"]}, "after itself"),
    ],
    ids=str,
)
def test_a_wrong_declaration_is_refused(others: dict[str, object], message: str) -> None:
    def named(site: Site) -> list[Edit]:  # noqa: ARG001
        return []

    with pytest.raises(RecipeError, match=message):
        _recipe(named, **others)


def test_a_function_with_other_parameters_is_refused() -> None:
    def wrong(node: object) -> list[Edit]:  # noqa: ARG001
        return []

    with pytest.raises(RecipeError, match="a recipe takes"):
        _recipe(wrong)


def test_settings_have_kinds_and_defaults() -> None:
    def configured(site: Site, settings: dict[str, object]) -> list[Edit]:
        return [Edit(site.span, f"new({settings['count']}, {settings['name']})")]

    made = _recipe(
        configured, settings=[Setting("count", 1, "how many"), Setting("name", "a", "which", ("a", "b"))]
    )
    check(made, rewritten("defaults", "old();", "new(1, a);"))
    check(made, rewritten("given", "old();", "new(2, b);", settings={"count": "2", "name": "b"}))


def test_the_function_stays_callable() -> None:
    assert trim_start_end.id == "trim-start-end"
    with pytest.raises(TypeError):
        trim_start_end()

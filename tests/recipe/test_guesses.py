"""A recipe may not take an unknown answer for a known one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codemods.recipe import (
    Ambiguous,
    Applicability,
    Edit,
    Facts,
    Form,
    HasType,
    Known,
    NeedsDrop,
    Option,
    Pattern,
    Recipe,
    Site,
    Skipped,
    Type,
    Unknown,
    recipe,
)
from codemods.recipe.testkit import OWN, UNKNOWN, check, failure_of, guesses_in, rewritten, untouched

DROP = NeedsDrop("value")
CASE = rewritten("forget", "forget(x);", "keep(x);", answers={DROP: Known("no", "a test")})


def _recipe(function: Callable[..., object], **more: object) -> Recipe:
    declaration: dict[str, object] = {
        "summary": "Keep",
        "epoch": "2021",
        "min_rust": "1.56",
        "applicability": Applicability.MAYBE_INCORRECT,
        "pattern": Pattern("forget($value)"),
        "facts": (DROP,),
    }
    return recipe(**{**declaration, **more})(function)  # type: ignore[arg-type]


def _kept(site: Site) -> list[Edit]:
    return [Edit(site.span, f"keep({site['value'].text})")]


def careful(site: Site, facts: Facts) -> list[Edit] | Skipped:
    match facts.about(site.id, DROP):
        case Known("no"):
            return _kept(site)
        case Known():
            return Skipped("drops", "it does something")
        case Unknown(reason):
            return Skipped("unknown", reason)


def hopeful(site: Site, facts: Facts) -> list[Edit] | Skipped:
    if facts.about(site.id, DROP) == Known("yes", "assumed by the test"):
        return Skipped("drops", "it does something")
    return _kept(site)


def asking(site: Site, facts: Facts) -> list[Edit] | Skipped | Ambiguous:
    match facts.about(site.id, DROP):
        case Known("no"):
            return _kept(site)
        case Known():
            return Skipped("drops", "it does something")
    return Ambiguous("drops?", "who knows", (Option("keep", "kept"),))


def indifferent(site: Site, facts: Facts) -> list[Edit]:
    facts.about(site.id, DROP)
    return _kept(site)


def cautious_form(site: Site, facts: Facts) -> list[Form]:
    always = site.form([Edit(site.span, f"keep_anyway({site['value'].text})")], "always")
    match facts.about(site.id, DROP):
        case Known("no"):
            return [site.form(_kept(site)), always]
    return [always]


def special_form(site: Site, facts: Facts) -> list[Form]:
    if isinstance(facts.about(site.id, DROP), Known):
        return [site.form(_kept(site))]
    return [site.form([Edit(site.span, f"keep_anyway({site['value'].text})")])]


@pytest.mark.parametrize("function", [careful, asking, indifferent, cautious_form])
def test_a_recipe_that_does_not_guess_passes(function: Callable[..., object]) -> None:
    assert list(guesses_in(_recipe(function), CASE)) == []


@pytest.mark.parametrize(("function", "answer"), [(hopeful, "yes"), (special_form, "no")])
def test_a_guess_is_found(function: Callable[..., object], answer: str) -> None:
    [guess] = guesses_in(_recipe(function), CASE)

    assert "with NeedsDrop(part='value') unknown (and contested)" in guess
    assert guess.endswith(f"does not offer when the answer is '{answer}'")


def test_check_fails_on_a_guess() -> None:
    assert failure_of(_recipe(hopeful), CASE) is None
    with pytest.raises(AssertionError, match="unknown"):
        check(_recipe(hopeful), CASE)


def test_a_recipe_that_fails_on_unknown_facts_fails_its_test() -> None:
    def failing(site: Site, facts: Facts) -> list[Edit]:
        answer = facts.about(site.id, DROP)
        assert isinstance(answer, Known)
        return _kept(site)

    with pytest.raises(AssertionError):
        check(_recipe(failing), CASE)


TYPED = Pattern("forget($value)", value=Type("Vec<_>"))


def plain(site: Site) -> list[Edit]:
    return _kept(site)


def test_a_type_in_a_pattern_is_taken_as_given_in_tests() -> None:
    check(_recipe(plain, pattern=TYPED, facts=()), rewritten("yes", "forget(x);", "keep(x);"))


def test_another_type_is_no_site() -> None:
    case = untouched("own", "forget(x);", answers=OWN)

    failure = failure_of(_recipe(plain, pattern=TYPED, facts=()), case)

    assert failure is None


def test_an_unknown_type_is_refused() -> None:
    case = untouched("unknown", "forget(x);", answers=UNKNOWN, code="unknown-type")

    check(_recipe(plain, pattern=TYPED, facts=()), case)


def test_a_recipe_may_ask_for_sites_of_unknown_type() -> None:
    asked = HasType("value", ("Vec<_>",))

    def looking(site: Site, facts: Facts) -> list[Edit] | Skipped:
        match facts.about(site.id, asked):
            case Known("yes"):
                return _kept(site)
        return Skipped("own-reason", "no vector for sure")

    pattern = Pattern("forget($value)", value=Type("Vec<_>", or_unknown=True))
    case = untouched("unknown", "forget(x);", answers=UNKNOWN, code="own-reason")

    check(_recipe(looking, pattern=pattern, facts=()), case)


def test_a_type_that_cannot_be_read_is_unknown() -> None:
    answer = HasType("value", ("u8",)).answer(Known("fn(u8, ...) -> i32", "a test"))

    assert isinstance(answer, Unknown)
    assert answer.contested

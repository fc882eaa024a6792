"""Where a package meets a dependency that still speaks failure: what is refused, what is taken apart."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from codemods.recipes.failure.boundaries import CONVERSION, IS_STD_ERROR, Boundary, error_of, rewrite_boundary
from codemods.recipes.failure.calls import VALUE
from codemods.recipes.failure.rewrites import Left, Stranger

from codemods.recipe import Answer, Fact, Facts, Keeps, Known, Needs, Retires, find_sites
from codemods.rust.source import Source
from tests.recipes.failure.workspaces import FAILURE, failure, package, planned

HEAD = "fn f() -> Result<u8, failure::Error> "
SHIM = {"boundary": "shim"}
RESULT = "std::result::Result<u8, old::Only>"
FOREIGN = {
    "HasType:call": "yes",
    "TypeOf:call": RESULT,
    "ConversionOf:": "<failure::Error as From<old::Only>>",
}
RETURNED = {"HasType:call": "yes", "ItemOf:call": "old::call"}


def about(text: str, **answers: str) -> dict[tuple[str, str], str]:
    return {(text, name): value for name, value in answers.items()}


def shimmed(body: str, facts: dict[tuple[str, str], str], path: str = "src/lib.rs") -> str:
    found = planned({path: f"{HEAD}{{ {body} }}\n"}, facts=facts, speakers=["old"], settings=SHIM)
    return found.after()[path]


def test_an_error_that_only_failure_knows_is_taken_apart_by_its_type() -> None:
    after = shimmed("ours()?; Ok(1)", about("ours()?", **FOREIGN))

    assert "ours().map_err(crate::from_failure)?" in after
    assert after.count("fn from_failure(") == 1
    assert "impl Into<failure::Error>" in after


@pytest.mark.parametrize(
    "changed",
    [
        {"ConversionOf:": "<crate::Own as From<old::Only>>"},
        {"TypeOf:call": "std::result::Result<u8, other::Only>"},
        {"TypeOf:call": "std::option::Option<old::Only>"},
    ],
)
def test_what_does_not_become_failures_error_is_no_boundary(changed: dict[str, str]) -> None:
    found = planned(
        {"src/lib.rs": f"{HEAD}{{ ours()?; Ok(1) }}\n"},
        facts=about("ours()?", **{**FOREIGN, **changed}),
        speakers=["old"],
        settings=SHIM,
    )

    assert "ours()?" in found.strangers()


@pytest.mark.parametrize(
    ("value", "evidence", "is_left"),
    [
        ("no", "not in one: the trait bound `old::Only: std::error::Error` is not satisfied", True),
        ("no", "not in one: the trait bound `old::Only: StdError` is not satisfied", True),
        ("no", "not in one: type annotations needed", False),
        ("yes", "it compiles", False),
    ],
)
def test_only_an_error_that_std_does_not_know_is_refused(value: str, evidence: str, is_left: bool) -> None:
    source = Source(PurePosixPath("src/lib.rs"), f"{HEAD}{{ ours()?; Ok(1) }}\n".encode(), "2021")
    (site,) = [each for each in find_sites(failure, source) if each.text == "ours()?"]
    known: dict[tuple[str, Fact], Answer] = {
        (site.id, VALUE): Known(RESULT, ""),
        (site.id, CONVERSION): Known("<failure::Error as From<old::Only>>", ""),
        (site.id, IS_STD_ERROR): Known(value, evidence),
    }

    outcome = rewrite_boundary(site, Facts(known), Boundary({"old": ("0.3.0",)}))

    assert isinstance(outcome, Left if is_left else Stranger)


def test_conversions_by_hand_take_the_error_apart() -> None:
    error = {"HasType:call": "yes", "TypeOf:receiver": "old::Only", "TypeOf:argument": "old::Only"}

    assert "Err(crate::from_failure(e))" in shimmed("Err(e.into())", about("e.into()", **error))
    text = "failure::Error::from(e)"
    assert "anyhow::Error::from(crate::from_failure(e))" in shimmed(f"Err({text})", about(text, **error))
    mapped = {"HasType:call": "yes", "TypeOf:receiver": RESULT}
    assert "r.map_err(crate::from_failure).map_err(Into::into)" in shimmed(
        "r.map_err(Into::into)", about("r.map_err(Into::into)", **mapped)
    )


def test_an_error_itself_is_wrapped_where_it_is_made() -> None:
    facts = about("old::error()", **RETURNED, **{"TypeOf:call": "failure::Error"})

    assert "Err(crate::from_failure(old::error()))" in shimmed("Err(old::error())", facts)


@pytest.mark.parametrize(
    "body",
    [
        "if let Ok(x) = old::call() { g(x) }",
        "let _ = old::call();",
        "old::call().is_ok();",
        "old::call();",
        "old::call().map_err(crate::from_failure)",
        "Err(from_failure(old::call()))",
    ],
)
def test_errors_that_nobody_looks_at_stay(body: str) -> None:
    found = planned(
        {"src/lib.rs": f"{HEAD}{{ {body} Ok(1) }}\n"},
        facts=about("old::call()", **RETURNED),
        speakers=["old"],
    )

    assert "dependency-speaks" not in found.codes().values()


def test_a_method_on_its_own_line_is_followed_by_another() -> None:
    text = "a\n        .get()?"
    facts = about(text, **{**RETURNED, "TypeOf:call": "std::result::Result<u8, failure::Error>"})

    assert "a\n        .get()\n        .map_err(crate::from_failure)?" in shimmed(f"{text}; Ok(1)", facts)


def test_the_refusal_names_the_dependency_and_the_way_out() -> None:
    found = planned(
        {"src/lib.rs": f"{HEAD}{{ old::call() }}\n"}, facts=about("old::call()", **RETURNED), speakers=["old"]
    )

    (refused,) = [each for each in found.proposals if getattr(each, "code", "") == "dependency-speaks"]
    assert "`old`" in refused.reason  # type: ignore[union-attr]
    assert "newer release" in refused.reason  # type: ignore[union-attr]


def test_failure_stays_in_the_manifest_and_the_notes_say_so() -> None:
    files = {
        "src/lib.rs": f"{HEAD}{{ old::call() }}\n",
        "Cargo.toml": '[dependencies]\nfailure = "0.1"\n',
    }
    found = planned(files, facts=about("old::call()", **RETURNED), speakers=["old"], settings=SHIM)

    (change,) = found.changes
    dependencies = change.forms[0].dependencies
    assert [each.package for each in dependencies if isinstance(each, Needs)] == ["anyhow"]
    assert not [each for each in dependencies if isinstance(each, Retires)]
    kept = [each for each in dependencies if isinstance(each, Keeps)]
    assert [(each.package, "taken apart" in each.reason) for each in kept] == [("failure", True)]
    assert any("keeps `failure`" in note and "`old`" in note for note in change.notes)


def test_the_root_that_declares_the_module_holds_the_function() -> None:
    files = {
        "src/lib.rs": f"mod deep;\n{HEAD}{{ Ok(1) }}\n",
        "src/deep.rs": f"{HEAD}{{ old::call() }}\n",
    }
    after = planned(files, facts=about("old::call()", **RETURNED), speakers=["old"], settings=SHIM).after()

    assert "fn from_failure(" in after["src/lib.rs"]
    assert "fn from_failure(" not in after["src/deep.rs"]
    assert "old::call().map_err(crate::from_failure)" in after["src/deep.rs"]


def test_a_file_whose_root_is_not_at_hand_holds_its_own() -> None:
    after = shimmed("old::call()", about("old::call()", **RETURNED), "src/deep.rs")

    assert "old::call().map_err(from_failure)" in after
    assert "fn from_failure(" in after


def test_the_old_edition_still_declares_the_crate() -> None:
    files = {"src/lib.rs": f"extern crate failure;\n{HEAD}{{ old::call() }}\n"}
    found = planned(
        files,
        [package(edition="2015", dependencies=[FAILURE])],
        facts=about("old::call()", **RETURNED),
        speakers=["old"],
        settings=SHIM,
    )

    after = found.after()["src/lib.rs"]
    assert after.count("extern crate failure;") == 1
    assert "extern crate anyhow;" in after
    assert "impl Into<::failure::Error>" in after


def test_what_only_tests_need_is_written_for_tests() -> None:
    source = f"#[cfg(test)]\nmod tests {{\n{HEAD}{{ old::call() }}\n}}\n"
    found = planned(
        {"src/lib.rs": source}, facts=about("old::call()", **RETURNED), speakers=["old"], settings=SHIM
    )

    assert "\n#[cfg(test)]\n/// Takes an error" in found.after()["src/lib.rs"]


def test_a_second_run_leaves_the_function_alone() -> None:
    files = {
        "src/lib.rs": f"{HEAD}{{ old::call() }}\n",
        "Cargo.toml": '[dependencies]\nfailure = "0.1"\n',
    }
    first = planned(files, facts=about("old::call()", **RETURNED), speakers=["old"], settings=SHIM)
    second = planned(
        {**files, **first.after()}, facts=about("old::call()", **RETURNED), speakers=["old"], settings=SHIM
    )

    assert second.changes == []
    assert set(second.codes().values()) == {"dependency-speaks", "waits-for"}


@pytest.mark.parametrize(
    ("type_", "error"),
    [
        ("std::result::Result<u8, old::Only>", "old::Only"),
        ("std::result::Result<(u8, fn(u8) -> u8), old::Only<u8, u8>>", "old::Only<u8, u8>"),
        ("old::Only", "old::Only"),
    ],
)
def test_the_error_of_a_result(type_: str, error: str) -> None:
    assert error_of(type_) == error

"""Facts of a small real crate, asked of its units."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from codemods.engine.asking import ask
from codemods.engine.equipment import open_workbench
from codemods.engine.listener import Silent
from codemods.engine.request import Folders, Request
from codemods.recipe import (
    Applicability,
    Compiles,
    Edit,
    Facts,
    Known,
    NameFree,
    NeedsDrop,
    Pattern,
    Recipe,
    Site,
    Skipped,
    Type,
    TypeOf,
    Unknown,
    recipe,
)
from codemods.recipe.site import is_ruled_out

MANIFEST = """\
[package]
name = "small"
version = "0.1.0"
edition = "2015"
"""

LIBRARY = """\
#![deny(missing_docs, unused)]
//! Small.
mod private { pub struct Handle { pub name: String } pub struct Plain { pub size: u8 } }
use private::{Handle, Plain};

/// Ask.
pub fn asked(first: u8) -> usize {
    let handle = look(Handle { name: String::new() });
    let plain = look(Plain { size: first });
    let text = look(handle.name.clone());
    text.len() + plain.size as usize
}

/// Generic.
pub fn generic<T>(value: T) { look(value); }

/// Asynchronous, where the edition has it.
#[cfg(feature = "off")]
pub fn hidden() { look(1); }

#[cfg(not(test))]
fn look<T>(value: T) -> T { value }
#[cfg(test)]
fn look<T>(value: T) -> Box<T> { Box::new(value) }

#[test]
fn tested() { assert_eq!(look(1u8), Box::new(1)); }
"""


def _wrapped(site: Site) -> Sequence[Edit]:
    return [Edit(site.span, f"::std::convert::identity({site.text})")]


def _broken(site: Site) -> Sequence[Edit]:
    return [Edit(site.span, f"nothing_of_that_name({site['value'].text})")]


DROP = NeedsDrop("value")
FREE, TAKEN, STRUCT = NameFree("fresh"), NameFree("first"), NameFree("Handle", "type")
GOOD, BAD, LATER = Compiles(_wrapped), Compiles(_broken), Compiles(_wrapped, polonius=True)
WHOLE = TypeOf()


@recipe(
    summary="Look",
    epoch="2021",
    min_rust="1.31",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=Pattern("look($value)", value=Type("crate::private::Handle", "String", or_unknown=True)),
    facts=(DROP, FREE, TAKEN, STRUCT, GOOD, BAD, LATER, WHOLE),
)
def looking(site: Site) -> Skipped:
    return Skipped("seen", site.text)


Found = Mapping[str, tuple[Site, Facts]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    yield _ask(looking, tmp_path_factory.mktemp("facts"), strict_stable=False)


def _ask(chosen: Recipe, place: Path, *, strict_stable: bool) -> Found:
    repository = place / "repository"
    (repository / "src").mkdir(parents=True)
    (repository / "Cargo.toml").write_text(MANIFEST)
    (repository / "src" / "lib.rs").write_text(LIBRARY)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "Start"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    folders = Folders(place / "cache", place / "state")
    request = Request(repository, ("looking",), folders, dict(os.environ), strict_stable=strict_stable)
    with open_workbench(request, Silent()) as bench:
        sites = bench.sites(chosen, {})
        baseline = bench.baseline({}, None)
        answers = ask(bench, chosen, sites, baseline, {})
    facts = Facts(answers.facts)
    return {site["value"].text: (site, facts) for site in sites}


def _value(found: Found, name: str, fact: object) -> str:
    site, facts = found[name]
    answer = facts.about(site.id, fact)  # type: ignore[arg-type]
    return answer.value if isinstance(answer, Known) else f"unknown: {answer.reason}"


HANDLE, PLAIN, TEXT = "Handle { name: String::new() }", "Plain { size: first }", "handle.name.clone()"


@pytest.mark.cargo
def test_drop_glue_of_private_types_is_known(found: Found) -> None:
    assert [_value(found, name, DROP) for name in (HANDLE, PLAIN, TEXT)] == ["yes", "no", "yes"]


@pytest.mark.cargo
def test_drop_glue_of_a_type_parameter_is_unknown(found: Found) -> None:
    assert "its type T does not tell" in _value(found, "value", DROP)


@pytest.mark.cargo
def test_a_name_is_free_or_taken(found: Found) -> None:
    assert [_value(found, PLAIN, fact) for fact in (FREE, TAKEN, STRUCT)] == ["free", "taken", "taken"]
    assert _value(found, "value", TAKEN) == "free"


@pytest.mark.cargo
def test_a_rewrite_compiles_or_not(found: Found) -> None:
    assert _value(found, PLAIN, GOOD) == "yes"
    assert _value(found, PLAIN, BAD) == "no"
    assert _value(found, PLAIN, LATER) == "yes"


@pytest.mark.cargo
def test_units_that_differ_give_no_answer_and_both_are_named(found: Found) -> None:
    reason = _value(found, PLAIN, WHOLE)

    assert reason == (
        "unknown: in small lib small it is crate::private::Plain,"
        " in small lib small (test) std::boxed::Box<crate::private::Plain>"
    )


@pytest.mark.cargo
def test_code_that_nothing_compiles_has_no_answer(found: Found) -> None:
    site, facts = found["1"]
    answer = facts.about(site.id, DROP)

    assert isinstance(answer, Unknown)
    assert not answer.contested


@pytest.mark.cargo
def test_a_type_in_the_pattern_rules_sites_out(found: Found) -> None:
    assert _value(found, "1u8", found["1u8"][0].conditions[0].fact) == "no"
    ruled_out = {name for name, (site, facts) in found.items() if is_ruled_out(site, facts)}

    assert ruled_out == {PLAIN, "value", "1u8"}


@pytest.mark.cargo
def test_without_the_bootstrap_variable_probes_still_answer(tmp_path: Path) -> None:
    found = _ask(looking, tmp_path, strict_stable=True)

    assert [_value(found, name, DROP) for name in (HANDLE, PLAIN, TEXT)] == ["yes", "no", "yes"]
    assert "--strict-stable forbids" in _value(found, HANDLE, WHOLE)
    assert "--strict-stable forbids" in _value(found, HANDLE, LATER)
    assert _value(found, PLAIN, GOOD) == "yes"

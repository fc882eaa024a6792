"""The commands to see a change by hand: exact, for one change, and never anybody else's commands."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from codemods.engine.document import ConfigurationRecord, Evidence, RunDocument, SiteRecord
from codemods.engine.reproduction import Subject, find_change
from codemods.engine.stand_in import StandIn
from codemods.errors import UsageError
from codemods.review.how import script
from tests.review import documents

HOST = "x86_64-unknown-linux-gnu"
COMPILED = Evidence(
    "compile", "passed", "cargo check --workspace --all-targets; compiled in url lib url (test), url lib url"
)
RUN = Evidence(
    "executed", "passed",
    "run by url lib url: a::works, url test unit, url doc url: src/lib.rs - Url::parse #2 and 4 more",
)  # fmt: skip
ALL = ConfigurationRecord("all-features", (), HOST, 1, all_features=True)


def subject(site: SiteRecord | None = None, **given: object) -> Subject:
    site = site or replace(documents.applied(41), evidence=(COMPILED, documents.TESTED, RUN))
    run = documents.document([site])
    plain = Subject(run, documents.COMMIT, run.changes[0], (site,), ".", True, None)
    return replace(plain, **given)  # type: ignore[arg-type]


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def with_configuration(record: ConfigurationRecord) -> Subject:
    plain = subject()
    [site] = plain.sites
    document = replace(plain.document, configurations=(*plain.document.configurations, record))
    return replace(plain, document=document, sites=(replace(site, configurations=(record.id,)),))


@pytest.mark.parametrize(
    ("record", "options"),
    [
        (ALL, ["--all-features"]),
        (replace(ALL, id="features:a,b", all_features=False, features=("a", "b")), ["--features=a,b"]),
        (replace(ALL, id="x", all_features=False, default_features=False), ["--no-default-features"]),
        (replace(ALL, id="x+release", release=True), ["--all-features", "--release"]),
        (replace(ALL, id="x@arm", target="arm"), ["--all-features", "--target=arm"]),
    ],
)
def test_each_configuration_is_built_as_it_was(record: ConfigurationRecord, options: list[str]) -> None:
    text = script(with_configuration(record))
    line = shlex.join(["cargo", "check", "--workspace", "--all-targets", "--keep-going", *options])
    assert f'(cd "$dir/base" && {line})' in text and f'(cd "$dir/tip" && {line})' in text
    assert text.count("cargo check") == 2, "only the configurations that compiled it"


def test_the_members_of_a_configuration_are_named() -> None:
    assert "cargo check --package=url --all-targets" in script(
        with_configuration(replace(ALL, packages=("url",)))
    )


def test_the_tests_that_ran_it_are_run() -> None:
    text = script(subject())
    assert "cargo test -p url --lib -- --exact a::works)" in text
    assert "cargo test -p url --test unit)" in text
    assert "cargo test -p url --doc -- 'src/lib.rs - Url::parse')" in text


def test_without_named_tests_all_are_run_where_they_were_compared() -> None:
    site = replace(documents.applied(41), evidence=(COMPILED, documents.TESTED, documents.NOT_EXECUTED))
    assert "cargo test --workspace --no-fail-fast)" in script(subject(site))
    assert "cargo test" not in script(subject(documents.applied(41)))


def test_where_a_macro_is_replaced_the_mir_is_compared() -> None:
    macro = StandIn(PurePosixPath("src/lib.rs"), 3, "macro_rules! try { ($e:expr) => ($e? /* & */); }")
    text = script(subject(stand_in=macro))
    assert r"3s/^/macro_rules! try { ($e:expr) => ($e? \/* \& *\/); } /" in text
    assert 'cargo rustc -p url --lib -- --cap-lints=allow --emit=mir="$dir/base.mir"' in text
    assert "thir-tree" not in text


def test_else_the_typed_trees_are_shown() -> None:
    text = script(subject())
    line = "cargo rustc -p url --lib --profile check -- -Zunpretty=thir-tree"
    assert f'RUSTC_WORKSPACE_WRAPPER="$dir/unstable" {line}' in text


def test_a_workspace_below_and_a_missing_lock_are_minded() -> None:
    text = script(subject(folder="sub dir", has_lock=False))
    assert "(cd \"$dir/tip\"/'sub dir' && cargo check" in text
    assert "cp \"$dir/base\"/'sub dir/Cargo.lock' \"$dir/tip\"/'sub dir/Cargo.lock'" in text
    assert "':(top,literal)sub dir/src/read.rs'" in text
    assert "Cargo.lock" not in script(subject())


def test_what_nothing_compiles_is_not_built() -> None:
    site = replace(
        documents.applied(41), configurations=(), reason="only compiled for cfg(windows)", evidence=()
    )
    text = script(subject(site))
    assert "# only compiled for cfg(windows)" in text and "cargo" not in "\n".join(commands(text))


@pytest.mark.parametrize("evil", ["x\nrm -rf ~", "$(touch x)", "'; touch x; '", "--config=x", "`touch x`"])
def test_a_ledger_cannot_put_commands_into_the_script(evil: str) -> None:
    told = f"cargo check; compiled in {evil} lib {evil}, url lib {evil}"
    site = replace(
        documents.applied(41, path=f"src/{evil}.rs"),
        configurations=(evil,),
        reason=evil,
        evidence=(Evidence("compile", "passed", told), documents.TESTED,
                  Evidence("executed", "passed", f"run by {evil} lib {evil}: {evil}, url lib url: {evil}")),
    )  # fmt: skip
    record = ConfigurationRecord(evil, (evil,), evil, 1, packages=(evil,))
    plain = subject(site, folder=evil)
    document = replace(plain.document, configurations=(record,), settings={"toolchain": evil})
    text = script(replace(plain, document=document))
    harmless = re.sub(r"'(?:[^']|'\"'\"')*'", "QUOTED", "\n".join(commands(text)))
    assert "touch" not in harmless and "rm -rf" not in harmless
    assert " --config=x" not in harmless


def places() -> RunDocument:
    sites = [documents.applied(41), documents.applied(41, path="sub/src/read.rs"), documents.refused(3)]
    return documents.document(sites)


@pytest.mark.parametrize("wanted", ["src/read.rs:41:13", "./sub/src/read.rs:41", "site-src/read.rs-41"])
def test_a_change_is_found_by_place_and_id(wanted: str) -> None:
    document = documents.document([documents.applied(41, path="sub/src/read.rs")])
    if wanted.startswith("site-"):
        document = documents.document([documents.applied(41)])
    assert find_change(document, wanted) == document.changes[0]
    assert find_change(document, document.changes[0].id) == document.changes[0]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("read.rs:41", "several changes"),
        ("src/own.rs:3", "nothing was changed at src/own.rs:3: refused"),
        ("src/read.rs:42", "no change src/read.rs:42"),
        ("ead.rs:41", "no change"),
        ("src/read.rs:41:9", "no change"),
    ],
)
def test_what_is_not_one_change_is_said(wanted: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        find_change(places(), wanted)

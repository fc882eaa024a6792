"""From an old error crate to a new one, from the command line to the branch: manifests and code as one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli.command import Command, Ran
from tests.cli.workspaces import Files, below, manifest
from tests.vcs.repos import git, make_repository

pytestmark = pytest.mark.cargo

FAILURE = 'failure = { version = "0.1", default-features = false, features = ["std"] }\n'
NUMBER = """\
use failure::Error;

pub fn number(text: &str) -> Result<i32, Error> {
    if text.is_empty() {
        failure::bail!("nothing {here}");
    }
    Ok(text.parse()?)
}

#[test]
fn says_what_it_said() {
    assert_eq!(number("").unwrap_err().to_string(), "nothing {here}");
}
"""
EMITTED = 'pub fn made() -> Result<(), failure::Error> { Err(failure::err_msg("made")) }'


def library(name: str, files: Files | None = None, dependencies: str = FAILURE, more: str = "") -> Files:
    """Return the files of a library that returns `failure::Error`."""
    text = manifest(name, f"\n[dependencies]\n{dependencies}{more}", edition="2018")
    return {"Cargo.toml": text, "src/lib.rs": NUMBER, **(files or {})}


def on_branch(root: Path, path: str, branch: str = "codemod/failure") -> str:
    return git(root, "show", f"{branch}:{path}")


def codes(ran: Ran, path: str) -> list[str]:
    return ran.outcomes[path]


def test_manifest_lock_file_and_code_are_one_commit(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", dict(library("whole")))
    subprocess.run(["cargo", "generate-lockfile", "-q"], cwd=root, check=True)
    git(root, "add", "Cargo.lock")
    git(root, "-c", "user.name=a", "-c", "user.email=a@invalid", "commit", "-qm", "lock")
    (root / "Cargo.lock").chmod(0o444)  # the user's own file is only read

    ran = codemod("apply", "failure", "--test", "--json", cwd=root)

    assert ran.code == 0, ran.err
    assert ran.document["totals"]["applied"] == ran.document["totals"]["found"] == 4
    changed = git(root, "diff", "--name-only", "HEAD", "codemod/failure").split()
    assert changed == ["Cargo.lock", "Cargo.toml", "src/lib.rs"]
    assert git(root, "rev-list", "--count", "HEAD..codemod/failure").strip() == "1"
    assert tomllib.loads(on_branch(root, "Cargo.toml"))["dependencies"] == {"anyhow": "1"}
    assert 'anyhow::bail!("nothing {{here}}");' in on_branch(root, "src/lib.rs")
    locked = {package["name"] for package in tomllib.loads(on_branch(root, "Cargo.lock"))["package"]}
    assert locked == {"whole", "anyhow"}
    assert any("Cargo.lock: " in note and "anyhow" in note for note in ran.document["notes"])
    git(root, "checkout", "-q", "-f", "codemod/failure")
    again = codemod("apply", "failure", "--json", cwd=root)
    assert again.document["totals"]["found"] == 0


def test_a_path_dependency_of_the_same_name(codemod: Command, tmp_path: Path) -> None:
    own = below("failure", {"Cargo.toml": manifest("failure"), "src/lib.rs": "pub struct Error;\n"})
    files = library("same", {"src/lib.rs": "pub fn f() -> failure::Error { failure::Error }\n", **own})
    files = {**files, "Cargo.toml": manifest("same", '[dependencies]\nfailure = { path = "failure" }\n')}
    root = make_repository(tmp_path / "repo", {**files, "src/lib.rs": "extern crate failure;\n"})

    ran = codemod("apply", "failure", "--json", cwd=root)

    assert ran.code == 0, ran.err
    assert codes(ran, "Cargo.toml") == ["foreign-source"]
    assert git(root, "branch", "--list", "codemod/*") == ""


@pytest.mark.long
def test_failure_behind_an_optional_feature(codemod: Command, tmp_path: Path) -> None:
    optional = FAILURE.replace(" }", ", optional = true }")
    sources = {
        "src/lib.rs": '#[cfg(feature = "failure")]\npub mod errors;\n',
        "src/errors.rs": NUMBER,
    }
    root = make_repository(tmp_path / "repo", dict(library("optional", sources, optional)))

    ran = codemod("apply", "failure", "--json", cwd=root)

    assert ran.code == 0, ran.err
    assert codes(ran, "Cargo.toml") == ["optional-dependency"]
    assert set(codes(ran, "src/errors.rs")) == {"waits-for"}


@pytest.mark.long
@pytest.mark.parametrize("writer", ["build script", "procedural macro"])
def test_code_that_nobody_sees_keeps_the_old_crate(codemod: Command, tmp_path: Path, writer: str) -> None:
    if writer == "build script":
        build = f"""fn main() {{
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{{}}/more.rs", out), {EMITTED!r}).unwrap();
}}
""".replace(repr(EMITTED), f'r#"{EMITTED}"#')
        source = NUMBER + 'include!(concat!(env!("OUT_DIR"), "/more.rs"));\n'
        files = library("seen", {"src/lib.rs": source, "build.rs": build})
    else:
        emit = {
            "Cargo.toml": manifest("emit", "[lib]\nproc-macro = true\n", edition="2018"),
            "src/lib.rs": "use proc_macro::TokenStream;\n\n#[proc_macro]\npub fn made(_: TokenStream)"
            f' -> TokenStream {{ r#"{EMITTED}"#.parse().unwrap() }}\n',
        }
        source = NUMBER + "emit::made!();\n"
        more = 'emit = { path = "emit" }\n\n[workspace]\nmembers = ["emit"]\n'
        files = library("seen", {"src/lib.rs": source, **below("emit", emit)}, more=more)
    root = make_repository(tmp_path / "repo", dict(files))

    ran = codemod("apply", "failure", "--json", cwd=root)

    assert ran.code == 0, ran.err
    assert codes(ran, "Cargo.toml") == ["still-needed"]
    assert set(codes(ran, "src/lib.rs")) == {"applied"}
    kept = tomllib.loads(on_branch(root, "Cargo.toml"))["dependencies"]
    assert {"failure", "anyhow"} <= kept.keys()


@pytest.mark.long
def test_a_patch_of_the_old_crate(codemod: Command, tmp_path: Path) -> None:
    stand_in = {
        "Cargo.toml": manifest("failure", "[features]\nstd = []\n", edition="2018").replace("0.1.0", "0.1.8"),
        "src/lib.rs": "#[macro_export]\nmacro_rules! bail { ($e:expr) => { panic!($e) } }\n"
        "pub struct Error;\n"
        "impl<E: std::error::Error> From<E> for Error { fn from(_: E) -> Error { Error } }\n",
    }
    more = '\n[patch.crates-io]\nfailure = { path = "own" }\n'
    source = NUMBER[: NUMBER.index("#[test]")].replace(" {here}", "")
    files = library("patched", {"src/lib.rs": source, **below("own", stand_in)}, more=more)
    root = make_repository(tmp_path / "repo", dict(files))

    ran = codemod("apply", "failure", "--json", cwd=root)

    assert ran.code == 0, ran.err
    assert ran.document["totals"]["applied"] + ran.document["totals"]["refused"] == 4
    if ran.document["branch"]:
        assert any("[patch" in note for note in ran.document["notes"])


@pytest.mark.long
def test_a_vendored_workspace_that_lacks_the_new_crate(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", dict(library("vendored")))
    subprocess.run(["cargo", "vendor", "-q", "vendor"], cwd=root, check=True, capture_output=True)
    (root / ".cargo").mkdir()
    (root / ".cargo" / "config.toml").write_text(
        '[source.crates-io]\nreplace-with = "vendored"\n\n[source.vendored]\ndirectory = "vendor"\n'
    )
    git(root, "add", "--all", "--force")
    git(root, "-c", "user.name=a", "-c", "user.email=a@invalid", "commit", "-qm", "vendor")

    ran = codemod("apply", "failure", "--json", cwd=root)

    assert "anyhow" in (ran.err or ran.out)
    assert "vendor" in (ran.err + ran.out)
    assert git(root, "branch", "--list", "codemod/*") == ""


@pytest.mark.long
def test_no_network_where_the_registry_is_needed(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", dict(library("offline")))
    home = tmp_path / "cargo-home"
    subprocess.run(
        ["cargo", "fetch", "-q"], cwd=root, check=True, env={**os.environ, "CARGO_HOME": str(home)}
    )
    before = git(root, "for-each-ref"), git(root, "status", "--porcelain")
    nowhere = "http://127.0.0.1:9"
    extra = {"CARGO_HOME": str(home), "HTTPS_PROXY": nowhere, "https_proxy": nowhere, "CARGO_NET_RETRY": "0"}

    ran = codemod("apply", "failure", cwd=root, extra=extra)

    assert ran.code == 74, ran.err
    assert "the registry is needed and cannot be reached" in ran.err
    assert "Nothing was changed" in ran.err
    assert (git(root, "for-each-ref"), git(root, "status", "--porcelain")) == before
    shutil.rmtree(home)


@pytest.mark.long
def test_two_majors_of_error_chain(codemod: Command, tmp_path: Path) -> None:
    dependencies = (
        'error-chain = { version = "0.12", default-features = false }\n'
        'old-chain = { package = "error-chain", version = "0.11", default-features = false }\n'
    )
    kinds = 'errors { Small(n: u8) { description("small") display("{} is small", n) } }'
    source = (
        f"pub mod new {{\n    error_chain::error_chain! {{\n        {kinds}\n    }}\n}}\n"
        f"pub mod old {{\n    use old_chain::*;\n    use old_chain::error_chain;\n    error_chain! {{\n"
        f"        {kinds}\n    }}\n}}\n"
    )
    root = make_repository(tmp_path / "repo", dict(library("two", {"src/lib.rs": source}, dependencies)))

    ran = codemod("apply", "error-chain", "--json", cwd=root)

    assert ran.code == 0, ran.err
    totals = ran.document["totals"]
    assert totals["found"] == totals["applied"] + totals["refused"]
    assert all(site["reason"] for site in ran.document["sites"] if site["outcome"] == "refused")


@pytest.mark.long
def test_code_that_nothing_here_compiles(codemod: Command, tmp_path: Path) -> None:
    windows = "\n#[cfg(windows)]\npub fn drive() -> Result<(), failure::Error> { Ok(()) }\n"
    own = '\n#[derive(Debug, failure::Fail)]\n#[fail(display = "own")]\npub struct Own;\n'
    root = make_repository(
        tmp_path / "repo",
        dict(library("halves", {"src/lib.rs": NUMBER + windows + own}, 'failure = "0.1"\n')),
    )

    smaller = codemod("apply", "failure", "--json", "--dry-run", cwd=root)
    whole = codemod("apply", "failure", "--json", "--include-unverified", cwd=root)

    assert smaller.code == whole.code == 0, smaller.err + whole.err
    assert codes(smaller, "src/lib.rs").count("applied") == 2  # the derive, and its attribute
    assert set(codes(smaller, "src/lib.rs")) == {"applied", "not-compiled"}
    assert set(codes(whole, "src/lib.rs")) == {"applied"}
    grades = {site["line"]: site["grade"] for site in whole.document["sites"]}
    text = NUMBER + windows + own
    drive = text[: text.index("drive")].count("\n") + 1
    assert {line for line, grade in grades.items() if grade == "U"} == {drive}

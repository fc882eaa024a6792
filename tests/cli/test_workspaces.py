"""Any workspace that cargo accepts, wherever it stands in its repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command, unchanged
from tests.cli.workspaces import ONE_SITE, ONE_SITE_UPGRADED, Files, below, manifest, package, repository
from tests.vcs.repos import git, make_repository, write

pytestmark = pytest.mark.cargo

BODY = ONE_SITE.removeprefix("use std::num::ParseIntError;\n\n").replace(
    "ParseIntError", "::std::num::ParseIntError"
)
MAIN = BODY + '\nfn main() { let _ = number("1"); }\n'


def many_targets() -> Files:
    """A package with every kind of target, and files that are compiled in odd ways."""
    return {
        "Cargo.toml": manifest("targets", 'build = "build/main.rs"\n\n[features]\nextra = []\nmore = []\n'),
        "build/main.rs": MAIN,
        "src/lib.rs": """\
#[path = "odd place/module.rs"]
pub mod odd;
pub mod included { include!("included.in"); include!("included.rs"); }
#[cfg(feature = "extra")]
pub mod extra;
#[cfg(all(feature = "extra", feature = "more"))]
pub mod more;
#[cfg(windows)]
pub mod windows;
pub mod nested;
use std::r#try as attempt;
pub fn aliased(t: &str) -> Result<i32, ::std::num::ParseIntError> { Ok(attempt!(t.parse::<i32>())) }
""",
        "src/odd place/module.rs": BODY,
        "src/included.in": BODY,
        "src/included.rs": BODY.replace("number", "other"),
        "src/extra.rs": BODY,
        "src/more.rs": BODY,
        "src/windows.rs": BODY,
        "src/nested/mod.rs": "mod deep;\n",
        "src/nested/deep.rs": BODY,
        "src/nobody.rs": BODY,
        "src/bin/tool.rs": MAIN,
        "examples/show.rs": MAIN,
        "tests/check.rs": BODY + '#[test]\nfn t() { number("1").unwrap(); }\n',
        "benches/speed.rs": BODY,
    }


def test_targets_and_features(codemod: Command, tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", many_targets())
    everywhere = {
        "build/main.rs", "src/lib.rs", "src/odd place/module.rs", "src/included.rs", "src/nested/deep.rs",
        "src/bin/tool.rs", "examples/show.rs", "tests/check.rs", "benches/speed.rs",
    }  # fmt: skip
    alone = ["--max-configurations", "1", "--no-prove"]
    for options, more in (
        ([], {"src/extra.rs", "src/more.rs"}),
        (alone, set()),
        (["--features", "extra", *alone], {"src/extra.rs"}),
        (["--all-features", *alone], {"src/extra.rs", "src/more.rs"}),
    ):
        ran = codemod("apply", "try-macro", "--dry-run", "--json", *options, cwd=root)
        assert ran.code == 0, ran.err
        applied = {path for path, codes in ran.outcomes.items() if codes == ["applied"]}
        assert applied == everywhere | more
        left = {path for path, codes in ran.outcomes.items() if codes == ["not-compiled"]}
        assert left == {"src/extra.rs", "src/more.rs", "src/windows.rs", "src/nobody.rs"} - more
        (unseen,) = (note for note in ran.document["notes"] if "rustc reports" in note)
        assert unseen.endswith(": src/included.in:2."), (
            "no scan reads it, but rustc does; imports are no uses"
        )


def test_a_workspace_deep_in_a_repository(codemod: Command, tmp_path: Path) -> None:
    """Members, a path dependency that is none, one outside of the repository, and a file shared with one."""
    members = '[workspace]\nmembers = ["a", "b-*"]\ndefault-members = ["a"]\nexclude = ["out"]\n'
    needs = '[dependencies]\nhelper = { path = "../../../libs/helper" }\nfar = { path = "../../../../far" }\n'
    shared = '#[path = "../../../shared.rs"]\npub mod shared;\n'
    files = {
        "code/rust/Cargo.toml": members,
        **below(
            "code/rust/a",
            package("a", {"src/lib.rs": f"extern crate helper;\nextern crate far;\n{shared}{BODY}"}, needs),
        ),
        **below("code/rust/b-one", package("b-one")),
        **below("code/rust/out", package("out")),
        **below(
            "libs/helper",
            package(
                "helper", {"src/lib.rs": '#[path = "../../../code/shared.rs"]\npub mod shared;\n' + BODY}
            ),
        ),
        "code/shared.rs": BODY,
        "elsewhere/lib.rs": ONE_SITE,
    }
    write(tmp_path / "far", package("far"))
    root = make_repository(tmp_path / "repo", files)
    with unchanged(tmp_path / "far"):
        ran = codemod("apply", "try-macro", "--json", "-C", "code/rust/a/src", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {
        "a/src/lib.rs": ["applied"],
        "b-one/src/lib.rs": ["applied"],
        "../shared.rs": ["shared-file"],
    }
    changed = git(root, "diff", "--name-only", "main", "codemod/try-macro").split()
    assert changed == ["code/rust/a/src/lib.rs", "code/rust/b-one/src/lib.rs"]


def test_editions_side_by_side(codemod: Command, tmp_path: Path) -> None:
    sites = {
        "2015": "try!(t.parse())",
        "2018": "r#try!(t.parse())",
        "2021": "std::r#try!(t.parse())",
        "2024": "r#try!(t.parse())",
    }
    files: dict[str, str | bytes] = {
        "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["e*"]\n[workspace.package]\nedition = "2021"\n'
    }
    for edition, site in sites.items():
        text = f"pub fn f(t: &str) -> Result<i32, std::num::ParseIntError> {{ let n: i32 = {site}; Ok(n) }}\n"
        if edition == "2015":
            text += "pub mod dyn { pub fn async() { let await = 1; let _ = await; } }\n"
        own = manifest(f"e{edition}", edition=edition).replace('edition = "2021"', "edition.workspace = true")
        files |= below(f"e{edition}", {"Cargo.toml": own, "src/lib.rs": text})
    root = make_repository(tmp_path / "repo", files)
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {f"e{edition}/src/lib.rs": ["applied"] for edition in sites}
    assert "try!" not in git(root, "grep", "-h", "fn f", "codemod/try-macro")


@pytest.mark.parametrize("lock", ["committed", "ignored", "absent"])
def test_lock_files(codemod: Command, tmp_path: Path, lock: str) -> None:
    files: dict[str, str | bytes] = {**package("locked")}
    locked = 'version = 4\n\n[[package]]\nname = "locked"\nversion = "0.1.0"\n'
    if lock == "committed":
        files["Cargo.lock"] = locked
    if lock == "ignored":
        files[".gitignore"] = "Cargo.lock\ntarget\n"
    root = repository(tmp_path / "repo", files)
    if lock == "ignored":
        write(root, {"Cargo.lock": locked})
    before = sorted(str(path) for path in root.iterdir())
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.document["totals"]["applied"] == 1
    assert git(root, "diff", "--name-only", "main", "codemod/try-macro") == "src/lib.rs"
    assert sorted(str(path) for path in root.iterdir()) == before


def test_configuration_above_the_workspace(codemod: Command, tmp_path: Path) -> None:
    """Configuration of the repository, of the workspace, and of the folder around both."""
    guarded = "#[cfg(all(from_above, from_repository))]\n" + BODY
    files = {
        ".cargo/config.toml": '[build]\nrustflags = ["--cfg", "from_repository", "--cfg", "from_above"]\n',
        **below("ws", package("configured", {"src/lib.rs": guarded})),
    }
    root = make_repository(tmp_path / "repo", files)
    ran = codemod("apply", "try-macro", "--dry-run", "--json", "-C", "ws", cwd=root)
    assert ran.outcomes == {"src/lib.rs": ["applied"]}
    write(tmp_path, {".cargo/config.toml": '[env]\nWANTED = "1"\n'})
    wanted = package("wants", {"src/lib.rs": 'pub const W: &\'static str = env!("WANTED");\n' + BODY})
    other = make_repository(tmp_path / "other", wanted)
    ran = codemod("apply", "try-macro", "--dry-run", "--json", cwd=other)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {"src/lib.rs": ["applied"]}


def test_lints_that_are_denied(codemod: Command, tmp_path: Path) -> None:
    """The untouched commit fails by lints that its attributes and manifests deny: capped, and said."""
    files: dict[str, str | bytes] = {"Cargo.toml": '[workspace]\nmembers = ["denies", "lints", "expects"]\n'}
    files |= below(
        "denies", package("denies", {"src/lib.rs": "#![deny(warnings)]\nfn unused() {}\n" + ONE_SITE})
    )
    lints = '[lints.rust]\nunused_variables = "deny"\n'
    files |= below(
        "lints", package("lints", {"src/lib.rs": "pub fn f() { let unused = 1; }\n" + ONE_SITE}, lints)
    )
    root = make_repository(
        tmp_path / "repo", {**files, **below("expects", package("expects", {"src/lib.rs": ""}))}
    )
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {"denies/src/lib.rs": ["applied"], "lints/src/lib.rs": ["applied"]}
    assert ran.document["baseline"]["capped_lints"] is True


def test_an_expectation_that_all_sites_fulfil(codemod: Command, tmp_path: Path) -> None:
    """Each edit passes alone; all together leave `expect(deprecated)` unfulfilled, which is denied here."""
    expecting = """\
#![deny(warnings)]
#[expect(deprecated)]
pub fn f(t: &str) -> Result<i32, std::num::ParseIntError> {
    let a: i32 = try!(t.parse());
    let b: i32 = try!(t.parse());
    Ok(a + b)
}
"""
    free = "\npub fn g(t: &str) -> Result<i32, std::num::ParseIntError> { Ok(try!(t.parse::<i32>())) }\n"
    root = repository(
        tmp_path / "repo", package("expects", {"src/lib.rs": expecting, "src/main.rs": MAIN + free})
    )
    ran = codemod("apply", "try-macro", "--no-prove", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes["src/main.rs"] == ["applied", "applied"]
    assert ran.document["totals"]["applied"] in (2, 3, 4)
    git(root, "checkout", "-q", "codemod/try-macro")
    again = codemod("verify", "main..HEAD", cwd=root)
    assert again.code == 0, again.out


def test_a_target_that_does_not_build_here(codemod: Command, tmp_path: Path) -> None:
    files = package("partly", {"tests/broken.rs": "extern crate gone;\n" + BODY, "examples/fine.rs": MAIN})
    root = repository(tmp_path / "repo", files)
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {
        "examples/fine.rs": ["applied"],
        "src/lib.rs": ["applied"],
        "tests/broken.rs": ["not-compiled"],
    }
    assert any("broken" in target for target in ran.document["baseline"]["dropped"])


def test_only_the_package_that_is_old_enough_is_refused(codemod: Command, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Cargo.toml": '[workspace]\nmembers = ["ancient", "current"]\n'}
    files |= below("ancient", package("ancient", more='rust-version = "1.10"\n'))
    files |= below("current", package("current", more='rust-version = "1.40"\n'))
    root = make_repository(tmp_path / "repo", files)
    ran = codemod("apply", "try-macro", "--dry-run", "--json", cwd=root)
    assert ran.outcomes == {"ancient/src/lib.rs": ["msrv"], "current/src/lib.rs": ["applied"]}


@pytest.mark.parametrize("kind", ["detached", "worktree", "shallow", "submodule"])
def test_states_of_a_repository(codemod: Command, tmp_path: Path, kind: str) -> None:
    root = repository(tmp_path / "repo")
    if kind == "detached":
        git(root, "checkout", "-q", "--detach")
    if kind == "worktree":
        git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
        root = tmp_path / "linked"
    if kind == "shallow":
        git(root, "commit", "-q", "--allow-empty", "-m", "two")
        git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
        root = tmp_path / "shallow"
        git(root, "config", "user.name", "Ada")
        git(root, "config", "user.email", "ada@example.org")
    if kind == "submodule":
        module = make_repository(tmp_path / "module", {"module.rs": BODY})
        git(root, "submodule", "add", "-q", str(module), "src/sub")
        write(root, {"src/lib.rs": '#[path = "sub/module.rs"]\npub mod module;\n' + ONE_SITE})
        git(root, "commit", "-aqm", "with a submodule")
    head, state = git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain=v2", "--branch")
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert ran.outcomes == {"src/lib.rs": ["applied"]}
    assert git(root, "status", "--porcelain=v2", "--branch") == state
    assert git(root, "rev-parse", "codemod/try-macro^") == head


def test_odd_files(codemod: Command, tmp_path: Path) -> None:
    """Not UTF-8, 5 MB, a symbolic link, read-only, with BOM and CRLF: said, or done byte for byte."""
    big = BODY + "".join(f'pub static S{n}: &\'static str = "{"x" * 1000}";\n' for n in range(5000))
    files: dict[str, str | bytes] = {
        **package("odd"),
        "src/lib.rs": "mod big;\nmod crlf;\nmod readonly;\nmod link;\n#[cfg(any())]\nmod latin;\n",
        "src/big.rs": big,
        "src/latin.rs": BODY.encode() + b"// caf\xe9\n",
        "src/crlf.rs": b"\xef\xbb\xbf" + BODY.replace("\n", "\r\n").rstrip().encode(),
        "src/readonly.rs": BODY,
        "src/real.rs": BODY,
    }
    root = repository(tmp_path / "repo", files)
    (root / "src/link.rs").symlink_to("real.rs")
    (root / "src/readonly.rs").chmod(0o444)
    git(root, "add", "--all")
    git(root, "commit", "-qm", "link")
    ran = codemod("apply", "try-macro", "--no-prove", "--json", cwd=root)
    assert ran.code == 0, ran.err
    applied = ["src/big.rs", "src/crlf.rs", "src/readonly.rs"]
    assert [path for path, codes in ran.outcomes.items() if codes == ["applied"]] == applied
    assert "src/link.rs" not in ran.outcomes
    assert any("src/latin.rs" in note and "UTF-8" in note for note in ran.document["notes"])
    assert git(root, "diff", "--name-only", "main", "codemod/try-macro").split() == applied
    crlf = files["src/crlf.rs"]
    assert isinstance(crlf, bytes)
    expected = crlf.replace(b"try!(text.parse::<i32>())", b"text.parse::<i32>()?")
    assert git(root, "rev-parse", "codemod/try-macro:src/crlf.rs") == git(
        root, "hash-object", "--stdin", stdin=expected
    )


def test_upgraded_text(codemod: Command, tmp_path: Path) -> None:
    """A file name that shells and git quote, and a package whose name is a Rust keyword."""
    root = repository(tmp_path / 'it\'s a "repo" — ü', package("async-try", {"src/lib.rs": ONE_SITE}))
    ran = codemod("apply", "try-macro", "--json", cwd=root)
    assert ran.code == 0, ran.err
    assert git(root, "show", "codemod/try-macro:src/lib.rs") == ONE_SITE_UPGRADED.rstrip("\n")

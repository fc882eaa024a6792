"""Diffs that tempt `codemod verify` to say more than was shown."""

from __future__ import annotations

import pytest

from codemods.errors import ExitCode
from tests.cli.command import Command, Ran, unchanged
from tests.cli.workspaces import below, manifest, package, repository
from tests.vcs.repos import commit, write

pytestmark = pytest.mark.cargo

LIBRARY = """\
macro_rules! text { ($($t:tt)*) => { stringify!($($t)*) } }
include!(concat!(env!("OUT_DIR"), "/made.rs"));
mod linked;
pub fn caller() -> u32 { placed() }
#[track_caller]
fn placed() -> u32 { std::panic::Location::caller().line() }
pub enum E { A, B }
pub struct S { pub a: u8 }
pub fn shown() -> &'static str { text!(a+b) }
pub fn statement(a: u8) -> u8 {
    let b = a;
    b
}
pub fn arm(e: E) -> u8 {
    match e {
        E::A => 1,
        E::B => 2,
    }
}
"""
CHANGED = (
    LIBRARY.replace("a+b", "a + b")
    .replace("pub fn caller", "// Every line below is another one.\npub fn caller")
    .replace("pub a: u8 }", "pub a: u8, #[cfg(windows)] pub b: Missing }")
    .replace("    b\n", "    #[cfg(windows)]\n    let b = missing();\n    b\n")
    .replace("        E::B", "        #[cfg(windows)]\n        E::C | E::D => 3,\n        E::B")
    + "impl S {\n    pub fn here(&self) {}\n    #[cfg(windows)]\n    pub fn there(&self) { missing() }\n}\n"
    + "/// ```\n/// missing();\n/// ```\npub fn documented() {}\n"
)
BUILD = """\
fn main() {
    let text = std::fs::read_to_string("value.txt").unwrap();
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/made.rs"), format!("pub const MADE: u8 = {text};")).unwrap();
    println!("cargo:rerun-if-changed=value.txt");
}
"""


@pytest.fixture(scope="module")
def graded(codemod: Command, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["a", "gone"]\nexclude = ["fuzz"]\n',
        **below("gone", package("gone", {"src/lib.rs": "pub fn gone() {}\n"}, edition="2021")),
        "a/Cargo.toml": manifest("a", "[[bench]]\nname = 'speed'\nharness = false\n", edition="2021"),
        "a/benches/speed.rs": "fn main() {\n    let _ = 1 + 2;\n}\n",
        "a/build.rs": BUILD,
        "a/value.txt": "1",
        "a/other.txt": "1",
        "a/src/lib.rs": LIBRARY,
        "a/examples/gone.rs": "fn main() {}\n",
        "one.rs": "pub fn one() {}\n",
        "two.rs": "pub fn two() { missing() }\n",
        "fuzz/Cargo.toml": manifest("fuzz"),
    }
    root = repository(tmp_path_factory.mktemp("traps") / "repo", files)
    link = root / "a/src/linked.rs"
    link.symlink_to("../../one.rs")
    commit(root)
    link.unlink()
    link.symlink_to("../../two.rs")
    (root / "a/examples/gone.rs").unlink()
    changes = {
        "Cargo.toml": '[workspace]\nmembers = ["a", "new"]\nexclude = ["fuzz"]\n',
        **below("new", package("new", {"src/lib.rs": "pub fn new() {}\n"}, edition="2021")),
        "a/benches/speed.rs": "fn main() {\n    let _ = 2 + 1;\n}\n",
        "a/value.txt": "2",
        "a/other.txt": "2",
        "a/src/lib.rs": CHANGED,
        "fuzz/Cargo.toml": manifest("fuzz", "[dependencies]\nnone = { path = 'none' }\n"),
        "rust-toolchain.toml": "[toolchain]\nchannel = 'nightly'\n",
    }
    write(root, changes)
    with unchanged(root):
        return codemod("verify", "--worktree", "--json", cwd=root)


@pytest.mark.parametrize(
    ("path", "item", "grade", "said"),
    [
        # The module that is compiled is another file now, and nobody edited one.
        ("a/src/linked.rs", "the file", "U", "symbolic link"),
        # Whether tokens touch is a value.
        ("a/src/lib.rs", "fn shown", "C", "prove: not comparable: an edit in the arguments of `text!`"),
        # So may lines be, for who asks where it is called from.
        (
            "a/src/lib.rs",
            "the file",
            "C",
            "prove: not comparable: the same tokens on other lines, and a asks",
        ),
        # The function, type or file is compiled, and what is new in it is not.
        ("a/src/lib.rs", "fn statement", "U", "only compiled for cfg(windows)"),
        ("a/src/lib.rs", "fn arm", "U", "only compiled for cfg(windows)"),
        ("a/src/lib.rs", "struct S/attribute", "U", "only compiled for cfg(windows)"),
        ("a/src/lib.rs", "impl S", "U", "only compiled for cfg(windows)"),
        # What no rustc is given as a source, and matters all the same.
        ("a/value.txt", "the file", "C", "the build script may read it"),
        ("a/other.txt", "the file", None, "no build is known to read it"),
        ("fuzz/Cargo.toml", "the file", "U", "no package of this workspace"),
        ("rust-toolchain.toml", "the file", "U", "may choose another compiler"),
        # A benchmark with a harness of its own is compiled without `--test`.
        ("a/benches/speed.rs", "fn main", "C", "compiled in a bench speed (test)"),
        # Members and targets come and go on purpose.
        ("new/src/lib.rs", "the file", "C", "compiled in new lib new"),
        ("Cargo.toml", "the file", "C", "cargo check --workspace --all-targets with this file"),
        ("a/examples/gone.rs", "the file", "C", "builds without it"),
    ],
)
def test_no_more_is_said_than_was_shown(
    graded: Ran, path: str, item: str, grade: str | None, said: str
) -> None:
    sites = [s for s in graded.document["sites"] if s["path"] == path and s["item"].startswith(item)]
    texts = [f"{e['check']}: {e['detail']}" for s in sites for e in s["evidence"]]

    assert sites, [(s["path"], s["item"]) for s in graded.document["sites"]]
    assert {site["grade"] for site in sites} == {grade}
    assert any(said in text for text in texts), texts


def test_what_is_not_there_any_more_is_named(graded: Ran) -> None:
    assert graded.code == ExitCode.NOTHING_APPLIED
    notes = " ".join(graded.document["notes"])

    assert "No targets any more, so not built: a example gone, gone lib gone, gone lib gone (test)." in notes
    assert "Not in the trees that were built, which have them as before: a/src/linked.rs." in notes

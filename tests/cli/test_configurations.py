"""Sites that the default build leaves out, in a workspace where most can be compiled and some cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Command, unchanged
from tests.cli.workspaces import Files, manifest
from tests.vcs.repos import make_repository

pytestmark = pytest.mark.cargo

RESULT = "Result<i32, ::std::num::ParseIntError>"
FEATURES = """\
[features]
default = ["std"]
std = []
extra = []
left = []
right = []
broken = []
cli = []
[[bin]]
name = "tool"
path = "src/bin/tool.rs"
required-features = ["cli"]
"""
USES_MANY = '[dependencies]\nmany = { path = "../many" }\n'
# The condition of each site in the library of `many`; the name of its function is its place in the list.
CONDITIONS = {
    "plain": "",
    "extra": '#[cfg(feature = "extra")]',
    "no_std": '#[cfg(not(feature = "std"))]',
    "left": '#[cfg(feature = "left")]',
    "right": '#[cfg(feature = "right")]',
    "broken": '#[cfg(feature = "broken")]',
    "script": "#[cfg(from_script)]",
    "no_script": "#[cfg(not_from_script)]",
    "tested": "#[cfg(test)]",
    "release": "#[cfg(not(debug_assertions))]",
    "never": '#[cfg(all(feature = "std", not(feature = "std")))]',
    "misspelled": '#[cfg(feature = "nonesuch")]',
}


def site(name: str, gate: str = "") -> str:
    return f"{gate}\npub fn {name}(text: &str) -> {RESULT} {{ Ok(try!(text.parse::<i32>())) }}\n"


def workspace() -> Files:
    exclusive = '#[cfg(all(feature = "left", feature = "right"))]\ncompile_error!("one of left and right");\n'
    broken = '#[cfg(feature = "broken")]\nfn wrong() -> u32 { "no" }\n'
    sites = "".join(site(name, gate) for name, gate in CONDITIONS.items())
    user = """\
#[cfg(feature = "wide")]
pub type Error = ::std::num::ParseIntError;
#[cfg(not(feature = "wide"))]
pub type Error = String;
pub fn shown(text: &str) -> Result<String, ::std::fmt::Error> {
    Ok(try!(text.parse::<String>().map_err(|_| ::std::fmt::Error)))
}
#[cfg(loom)]
pub fn loom(text: &str) -> Result<i32, ::std::num::ParseIntError> { Ok(try!(text.parse::<i32>())) }
"""
    return {
        "Cargo.toml": '[workspace]\nmembers = ["many", "user", "plain"]\n',
        "many/Cargo.toml": manifest("many", 'build = "build.rs"\n' + FEATURES),
        "many/build.rs": 'fn main() { println!("cargo:rustc-cfg=from_script"); }\n',
        "many/src/lib.rs": f"{exclusive}{broken}{sites}#[cfg(windows)]\nmod win;\n",
        "many/src/win.rs": site("win"),
        "many/src/dead.rs": site("dead"),
        "many/src/bin/tool.rs": site("tool") + 'fn main() { tool("1").unwrap(); }\n',
        "user/Cargo.toml": manifest(
            "user", '[features]\nwide = []\n[dependencies]\nmany = { path = "../many" }\n'
        ),
        "user/src/lib.rs": user,
        "plain/Cargo.toml": manifest("plain"),
        "plain/src/lib.rs": site("plain"),
    }


def by_item(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {site["item"].removeprefix("fn "): site for site in document["sites"]}


def test_sites_under_conditions(codemod: Command, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repo", workspace())
    apply = ("apply", "try-macro", "--dry-run", "--no-prove", "--json")
    with unchanged(root):
        ran = codemod(*apply, cwd=root)
    assert ran.code == 0, ran.err
    sites = by_item(ran.document)
    built = {each["id"]: each for each in ran.document["configurations"] if each["dropped"] is None}
    dropped = {each["id"]: each for each in ran.document["configurations"] if each["dropped"] is not None}

    compiled = {name for name in sites if sites[name]["outcome"] == "applied"}
    assert compiled == {
        *("plain", "extra", "no_std", "left", "right", "script", "tested", "release", "tool", "shown")
    }
    assert len(built) <= 6 and len(dropped) == 1
    assert all(each["packages"] for id, each in built.items() if id != "default"), "`plain` is built once"
    assert "default" not in sites["no_std"]["configurations"]
    assert all(built[id]["release"] for id in sites["release"]["configurations"])
    both = {"wide" in id or "all-features" in id for id in sites["shown"]["configurations"]}
    assert both == {True, False}, "both sides of the cfg on the type"

    reasons = {name: each["reason"] for name, each in sites.items() if each["reason"]}
    assert "does not build here: many lib many: mismatched types" in reasons.pop("broken")
    assert "which the build script does not set here" in reasons.pop("no_script")
    assert "its conditions exclude each other" in reasons.pop("never")
    assert "the feature `nonesuch`, which many does not have" in reasons.pop("misspelled")
    assert reasons == {
        "win": "only compiled for cfg(windows); add the target x86_64-pc-windows-gnu to verify",
        "dead": "no target of its package leads to this file",
        "loom": "only compiled for cfg(loom): with RUSTFLAGS='--cfg loom'",
    }

    again = codemod(*apply, cwd=root).document
    assert again["compiles"] == 0 and again["configurations"] == ran.document["configurations"]
    few = codemod(*apply, "--max-configurations", "2", cwd=root).document
    assert sum(each["dropped"] is None for each in few["configurations"]) == 2
    cut = [
        each["reason"] for each in few["sites"] if "--max-configurations 2 left out" in (each["reason"] or "")
    ]
    assert cut and any("--max-configurations 2 left out" in note for note in few["notes"])


# With `strict` only `try!` says that the closure returns a `Result`: `?` would leave it open.
ONE_SIDED = """\
#[cfg(not(feature = "strict"))]
pub fn finish(n: i32) -> Result<i32, ::std::num::ParseIntError> { Ok(n) }
#[cfg(feature = "strict")]
pub trait Finish { fn finish(n: i32) -> Self; }
#[cfg(feature = "strict")]
impl Finish for Result<i32, ::std::num::ParseIntError> { fn finish(n: i32) -> Self { Ok(n) } }
#[cfg(feature = "strict")]
impl Finish for i32 { fn finish(n: i32) -> Self { n } }
#[cfg(feature = "strict")]
pub fn finish<R: Finish>(n: i32) -> R { R::finish(n) }

pub fn closure(text: &str) -> bool {
    let read = |text: &str| { let n = try!(text.parse::<i32>()); finish(n) };
    let found = read(text);
    let is_ok = found.is_ok();
    let _: Result<i32, ::std::num::ParseIntError> = found;
    is_ok
}
"""


def test_an_edit_that_compiles_in_one_configuration_only(codemod: Command, tmp_path: Path) -> None:
    text = site("kept") + ONE_SIDED
    files = {"Cargo.toml": manifest("one", "[features]\nstrict = []\n"), "src/lib.rs": text}
    root = make_repository(tmp_path / "repo", files)
    apply = ("apply", "try-macro", "--dry-run", "--no-prove", "--json")

    careless = by_item(codemod(*apply, "--max-configurations", "1", cwd=root).document)
    assert careless["closure"]["outcome"] == "applied", "the default build alone does not show it"
    careful = by_item(codemod(*apply, cwd=root).document)
    assert careful["kept"]["outcome"] == "applied"
    assert careful["kept"]["configurations"] == ["default", "all-features"]
    assert careful["closure"]["outcome"] == "rejected"
    assert "E0282" in careful["closure"]["reason"]


def test_an_explicit_target_is_built_besides(codemod: Command, tmp_path: Path) -> None:
    files = {"Cargo.toml": manifest("one"), "src/lib.rs": site("plain")}
    root = make_repository(tmp_path / "repo", files)
    apply = ("apply", "try-macro", "--dry-run", "--no-prove", "--json")
    ran = codemod(*apply, "--target", "x86_64-unknown-linux-gnu", cwd=root)
    if ran.code != 0 and "is not installed" in ran.err:
        pytest.skip("another host")
    assert by_item(ran.document)["plain"]["configurations"] == ["default", "default@x86_64-unknown-linux-gnu"]
    unknown = codemod(*apply, "--target", "made-up-triple", cwd=root)
    assert unknown.code == 2 and "rustup target add made-up-triple" in unknown.err

"""Whether this rustc prints typed trees as those do that were tested; others must pass a small test first."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from codemods.cargo.thir import BodyComparison, Likeness, compare_dumps
from codemods.cargo.thir_text import UnknownShapeError
from codemods.engine.store import step_key
from codemods.engine.workbench import Workbench

TESTED = frozenset({"1.95.0"})  # the releases with which all tests of the comparison were run
VERSION = 1
_PROBLEM = "this rustc ({release}) prints typed trees in another way: {what}"

_GIVEN = """\
#![allow(warnings)]
pub struct E1;
pub struct E2;
impl From<E1> for E2 { fn from(_: E1) -> E2 { E2 } }
pub static S: u32 = 1;
pub static T: u32 = 1;
pub fn f(x: u32) -> Result<u32, E1> { Ok(x) }
macro_rules! r#try {
    ($e:expr) => { match $e { Ok(v) => v, Err(e) => return Err(From::from(e)) } }
}
"""
_SAME = (
    ("Ok(r#try!(f(a)))", "Ok(f(a)?)"),
    ("r#try!(f(a)); Ok(b)", "f(a)?; Ok(b)"),
    (
        "let c = |x: u32| -> Result<u32, E2> { Ok(r#try!(f(x)) + a) }; c(b)",
        "let c = |x: u32| -> Result<u32, E2> { Ok(f(x)? + a) }; c(b)",
    ),
    ("for i in 0..r#try!(f(a)) { r#try!(f(i)); } Ok(1)", "for i in 0..f(a)? { f(i)?; } Ok(1)"),
)
_OTHER = (
    ("Ok(r#try!(f(a)))", "Ok(f(b)?)"),
    ("Ok(r#try!(f(S)))", "Ok(f(T)?)"),
    ("Ok(r#try!(f(1)))", "Ok(f(2)?)"),
    ("r#try!(f(a)); r#try!(f(b)); Ok(1)", "f(b)?; f(a)?; Ok(1)"),
    ('let x = "a"; r#try!(f(a)); Ok(1)', 'let x = "b"; f(a)?; Ok(1)'),
    ('let x = b"a"; r#try!(f(a)); Ok(1)', 'let x = b"b"; f(a)?; Ok(1)'),
    ("let x = line!(); r#try!(f(a)); Ok(x)", "\\n let x = line!(); f(a)?; Ok(x)"),
    ("{ let g = String::new(); r#try!(f(a)); } f(b); Ok(1)", "let g = String::new(); f(a)?; f(b); Ok(1)"),
    ("Ok(if a < b { r#try!(f(a)) } else { 1 })", "Ok(if a <= b { f(a)? } else { 1 })"),
    ("let c = || a; r#try!(f(a)); Ok(c())", "let c = || b; f(a)?; Ok(c())"),
    ("Ok(r#try!(f(a)))", "f(a).map_err(E2::from)"),
)


def why_not_trusted(bench: Workbench) -> str | None:
    """Return why the typed trees of this run's rustc can't be compared, or None; asked once a toolchain."""
    verbose = bench.toolchain.rustc_verbose
    found = re.search(r"^release: (\S+)", verbose, re.MULTILINE)
    release = found[1] if found else "of unknown version"
    if release in TESTED:
        return None
    key = step_key("typed-tree-shape", verbose, VERSION)
    what = bench.builder.store.remember(key, str, lambda: what_differs(bench))
    return _PROBLEM.format(release=release, what=what) if what else None


def what_differs(bench: Workbench) -> str:
    """Return what is not as it must be in dumps of small programs; nothing where all is well."""
    pairs = (*_SAME, *_OTHER)
    dumps = [_dump(bench, [pair[side] for pair in pairs]) for side in (0, 1)]
    try:
        answers = compare_dumps(dumps[0], dumps[1], ("question-mark",))
    except UnknownShapeError as unknown:
        return str(unknown)
    for at, (before, after) in enumerate(pairs):
        own = [answer for path, answer in answers.items() if _is_of(path, at)]
        if not own or _are_equal(own) != (at < len(_SAME)):
            return f"`{before}` and `{after}` are not told apart as they must be"
    return ""


def _dump(bench: Workbench, bodies: list[str]) -> bytes:
    text = _GIVEN + "".join(
        f"pub fn p{at}(a: u32, b: u32) -> Result<u32, E2> {{ {body} }}\n" for at, body in enumerate(bodies)
    )
    with TemporaryDirectory(prefix="codemod-shape-") as folder:
        Path(folder, "t.rs").write_text(text.replace("\\n", "\n"))
        command: list[str | Path] = [
            bench.toolchain.rustc,
            "--edition=2021",
            "--crate-type=lib",
            "--crate-name=t",
            "t.rs",
        ]
        done = bench.builder.build.runner.run(
            [*command, "-Zunpretty=thir-flat"],
            cwd=Path(folder),
            extra={"RUSTC_BOOTSTRAP": "1"},
            writable=[Path(folder)],
        )
    return done.stdout if done.succeeded else b"rustc failed"


def _is_of(path: str, at: int) -> bool:
    return re.search(rf"::p{at}(::|$)", path) is not None


def _are_equal(answers: list[BodyComparison]) -> bool:
    return all(answer.likeness is Likeness.EQUAL for answer in answers)

"""What rustc's typed tree says of places in a file; one run of rustc for all cases."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from codemods.cargo.typed_dump import ARGUMENTS, DumpError, typed_bodies
from codemods.cargo.typed_types import Names, known_names, read_type
from codemods.engine.typed_unit import Spot, TypedUnit
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.trees import TreeKind, path_to, span_of

CODE = """\
#![allow(warnings)]
use std::collections::HashMap;
use std::num::ParseIntError;
use std::sync::Mutex;
pub struct Wrap(String);
impl std::ops::Deref for Wrap { type Target = String; fn deref(&self) -> &String { &self.0 } }
pub enum Failed { Number(ParseIntError) }
impl From<ParseIntError> for Failed { fn from(e: ParseIntError) -> Failed { Failed::Number(e) } }
pub struct Own { map: HashMap<String, u8>, list: Vec<String> }
static NAMES: [u8; 2] = [1, 2];
pub trait Named { fn name(&self) -> String { String::new() } }
impl<T> Named for T {}
macro_rules! twice { ($e:expr) => { ($e, $e) } }
macro_rules! shown { ($e:expr) => { { let inner = $e; inner.name() } } }
macro_rules! own_try { ($e:expr) => { match $e { Ok(v) => v, Err(_) => return Err(made()) } } }
fn made() -> Failed { Failed::from("".parse::<u8>().unwrap_err()) }
impl Own {
    pub fn m(&mut self, key: &str, wrap: Wrap) -> Result<usize, Failed> {
        let «a:ü» = "ü"; «b:self.map».entry(key.to_string()).or_insert(0); /* ä */ let n = «c:wrap».len();
\tlet found = «d:self.list.last()».unwrap();
        let «e:mut length» = found.len();
        let item = &«f:self.list[0]»; let inner = &«g:*wrap»; let both = «h:(*wrap)».len();
        let number = «i:key.parse::<u8>()?»; let other = «j:r#try!(key.parse::<u8>())»;
        let made: Failed = «k:key.parse::<u8>().unwrap_err().into()»; let same = «l:String::from(key)»;
        let named = «m:wrap.name()»; let cloned = «n:Clone::clone(&n)»; let first = «o:NAMES»[0];
        let pair = twice!(«p:number»); let closed = (|«q:x»: u8| «r:x + 1»)(1);
        let not = «s:key.is_empty() == true»; let added = «t:String::new() + "a"»;
        let text = shown!(n); let called: fn(u8) = «u:std::mem::drop»;
        let it = «v:self.list.iter().map(|s| s.len())»;
        let mine = own_try!(key.parse::<u8>()); let kept = «w:own_try!(key.parse::<u8>())»;
        «x:drop(named)»; Ok(«y:{ 1usize }»)
    }
}
pub fn generic<T: Clone, I: Iterator<Item = T>>(t: &T, mut it: I) -> Option<T> {
    let «z:held» = t.clone(); let next = «A:it.next()?»; let r = «B:Some(t)»; Some(next)
}
pub async fn waits(s: String) -> usize { «C:later(&s).await» }
async fn later(s: &str) -> usize { s.len() }
"""


def _marks(code: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the code without marks, and the byte span of each."""
    plain, spans = "", {}
    at = 0
    while (start := code.find("«", at)) >= 0:
        end = code.index("»", start)
        plain += code[at:start]
        name, _, text = code[start + 1 : end].partition(":")
        offset = len(plain.encode())
        spans[name] = (offset, offset + len(text.encode()))
        plain += text
        at = end + 1
    return plain + code[at:], spans


PLAIN, SPANS = _marks(CODE)


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(PurePosixPath("src/lib.rs"), PLAIN.encode())


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, source: Source) -> TypedUnit:
    folder = tmp_path_factory.mktemp("typed")
    return _tree(folder, source.content, {"Wrap", "Failed", "Own", "Named"})


def _tree(folder: Path, content: bytes, declared: set[str]) -> TypedUnit:
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").write_bytes(content)
    done = subprocess.run(
        ["rustc", "--crate-type=lib", "--edition=2021", "src/lib.rs", *ARGUMENTS],
        cwd=folder,
        env={**os.environ, "RUSTC_BOOTSTRAP": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    bodies = typed_bodies(done.stdout, lambda text: b"lib.rs:" in text)
    return TypedUnit(tuple(bodies), known_names(done.stdout, [], declared))


def _spot(source: Source, name: str) -> Spot:
    span = Span(*SPANS[name])
    if source.text(span).startswith("mut "):
        span = Span(span.start + 4, span.end)
    tree = next(tree for tree in reversed(source.trees_at(span)) if tree.kind is not TreeKind.MACRO_BODY)
    node = next(node for node in path_to(tree.root, span) if span_of(node) == span)
    return Spot(source, span, node)


TYPES = {
    "a": "&str",
    "b": "std::collections::HashMap<std::string::String, u8>",
    "c": "crate::Wrap",
    "d": "std::option::Option<&std::string::String>",
    "e": "usize",
    "f": "std::string::String",
    "g": "std::string::String",
    "h": "std::string::String",
    "i": "u8",
    "k": "crate::Failed",
    "l": "std::string::String",
    "m": "std::string::String",
    "n": "usize",
    "o": "[u8; 2]",
    "p": "u8",
    "q": "u8",
    "r": "u8",
    "s": "bool",
    "t": "std::string::String",
    "u": "fn_item",
    "v": "std::iter::Map<std::slice::Iter<std::string::String>, closure>",
    "y": "usize",
    "z": "T",
    "A": "T",
    "B": "std::option::Option<&T>",
    "C": "usize",
}


@pytest.mark.cargo
@pytest.mark.parametrize("name", TYPES)
def test_the_type_is_that_of_what_is_written(tree: TypedUnit, source: Source, name: str) -> None:
    assert str(tree.type_at(_spot(source, name))) == TYPES[name]


CALLEES = {
    "d": "std::slice::{impl}::last",
    "m": "crate::Named::name",
    "n": "std::clone::Clone::clone",
    "u": "std::mem::drop",
    "x": "std::mem::drop",
    "l": "std::convert::From::from",
}


@pytest.mark.cargo
@pytest.mark.parametrize("name", CALLEES)
def test_the_callee_is_where_it_is_defined(tree: TypedUnit, source: Source, name: str) -> None:
    found = tree.callee_at(_spot(source, name))

    assert found is not None
    assert found.path == CALLEES[name]


CONVERSIONS = {
    "i": "<crate::Failed as From<std::num::ParseIntError>>",
    "j": "<crate::Failed as From<std::num::ParseIntError>>",
    "k": "<std::num::ParseIntError as Into<crate::Failed>>",
    "l": "<std::string::String as From<&str>>",
    "A": "",
}


@pytest.mark.cargo
@pytest.mark.parametrize("name", CONVERSIONS)
def test_the_conversion_is_the_one_that_runs(tree: TypedUnit, source: Source, name: str) -> None:
    assert tree.conversion_at(_spot(source, name)) == CONVERSIONS[name]


@pytest.mark.cargo
def test_a_macro_that_does_more_than_convert_is_not_understood(tree: TypedUnit, source: Source) -> None:
    with pytest.raises(DumpError, match="calls 1 functions"):
        tree.conversion_at(_spot(source, "w"))


@pytest.mark.cargo
def test_code_that_is_compiled_twice_as_two_types_has_none(tmp_path: Path) -> None:
    code = "macro_rules! two { ($e:expr) => { let a: u8 = $e; let b: u16 = $e; } }\npub fn f() { two!(1); }\n"
    source = Source(PurePosixPath("src/lib.rs"), code.encode())
    tree = _tree(tmp_path, code.encode(), set())
    at = code.index("1)")
    span = Span(at, at + 1)
    argument = source.trees_at(span)[-1]
    spot = Spot(source, span, argument.root)

    with pytest.raises(DumpError, match="twice, as two types"):
        tree.type_at(spot)


def test_a_dump_of_another_shape_is_an_error() -> None:
    with pytest.raises(DumpError, match="another way"):
        list(typed_bodies(_DUMP.replace(b"temp_scope_id", b"temp_lifetime"), lambda _: True))


def test_an_expression_without_a_place_is_read() -> None:
    [body] = typed_bodies(_DUMP, lambda _: True)

    assert [(each.name, each.type, each.path) for each in body.expressions] == [
        ("Literal", "u8", "src/lib.rs"),
        ("Scope", "u8", "0"),
    ]


_DUMP = b"""\
DefId(0:3 ~ a[1234]::f):
Thir {
    body_type: Fn(fn() -> u8),
    exprs: [
        Expr {
            kind: Literal {
                lit: 1,
            },
            ty: u8,
            temp_scope_id: 1,
            span: src/lib.rs:1:2: 1:3 (#0),
        },
        Expr {
            kind: Scope {
                value: e0,
            },
            ty: u8,
            temp_scope_id: 1,
            span: no-location (#5),
        },
    ],
}

"""

NAMES = Names(frozenset({"std", "failure", "rand"}), frozenset({"failure", "net"}), frozenset({"rand"}))


def test_a_name_that_is_a_crate_and_a_module_tells_nothing() -> None:
    with pytest.raises(DumpError, match="is a crate and may be a module"):
        read_type("std::vec::Vec<failure::Error, std::alloc::Global>", NAMES)


def test_two_crates_of_one_name_tell_nothing() -> None:
    with pytest.raises(DumpError, match="two crates are called `rand`"):
        read_type("rand::Rng", NAMES)


def test_a_name_that_nobody_declares_tells_nothing() -> None:
    with pytest.raises(DumpError, match="does not tell whose"):
        read_type("&'{erased} other::Thing", NAMES)


def test_the_crates_own_types_begin_with_crate() -> None:
    assert str(read_type("net::Peer<T/#0>", NAMES)) == "crate::net::Peer<T>"


def test_a_form_that_is_not_known_is_an_error() -> None:
    for text in ("Foreign(DefId(0:1 ~ a[1]::T))", "{type error}", "std::vec::Vec<", "?0"):
        with pytest.raises(DumpError):
            read_type(text, NAMES)


def test_a_crate_of_declarations_has_no_bodies() -> None:
    assert list(typed_bodies(b"", lambda _: True)) == []

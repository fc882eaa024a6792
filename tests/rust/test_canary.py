"""A canary is heard exactly where rustc compiles the site it stands for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from codemods.rust.canary import canary_edits
from codemods.rust.edits import apply_edits
from codemods.rust.source import Source
from codemods.rust.spans import Span

CODE = r"""#![allow(deprecated)]
#[macro_use] mod macros {
    macro_rules! used { ($e:expr) => { { let v = m!(@11 $e); v } } }
    macro_rules! unused { ($e:expr) => { m!(@12 $e) } }
    macro_rules! m { (@$n:tt $e:expr) => { $e }; ($n:tt) => { 1 }; ($e:expr) => { $e }; }
}
fn f(x: u8) -> u8 {
    m!(1);
    m!{2}
    let a = m!(3 + m!(4 + (m!(19)))) + m!(5).count_ones() as u8;
    if m!(6) == 1 { m!(7); }
    #[cfg(any())]
    m!(8);
    match x { #[cfg(any())] 1 => m!(9), _ => m!(10) };
    println!("{} {:?}", m!(13), vec![m!(14)]);
    let _ = used!(a);
    let _c = || { m!{15} };
    m!{16}
}
#[cfg(any())]
mod gone { fn f() { m!(17); } }
/// Documented.
#[cfg(not(any()))] #[inline]
pub fn kept() {}
#[cfg(any())]
fn dropped() {}
const C: u8 = m!(20);
impl S { #[cfg(all())] fn method(&self) -> u8 { match (m!(21), 1) { (a, _) => a } } }
struct S;
fn inner_attribute() { #![allow(unused)] let v: [u8; 2] = [m!(22), m!(23)]; v[m!(24) as usize]; }
"""
ITEMS = {18: "pub fn kept() {}", 25: "fn dropped() {}"}
COMPILED = {1, 2, 3, 4, 5, 6, 7, 10, 11, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24}


def sites(source: Source) -> dict[int, Span]:
    content = source.content.decode()
    found = {}
    for match in re.finditer(r"m!(?:\(@?(\d+)|\{(\d+))", content):
        closing = {"(": ")", "{": "}"}[content[match.start() + 2]]
        depth, end = 0, match.start() + 2
        while True:
            depth += (content[end] == content[match.start() + 2]) - (content[end] == closing)
            end += 1
            if depth == 0:
                break
        found[int(match[1] or match[2])] = Span(match.start(), end)
    return found | {
        n: Span(content.index(text), content.index(text) + len(text)) for n, text in ITEMS.items()
    }


def with_canaries(source: Source) -> bytes:
    edits = [
        edit for n, span in sites(source).items() for edit in canary_edits(source, span, f'site "{n}" \\')
    ]
    return apply_edits(source.content, edits)


def test_every_site_gets_a_canary_and_no_line_moves() -> None:
    source = Source(PurePosixPath("lib.rs"), CODE.encode(), "2018")
    planted = with_canaries(source).decode()

    assert not source.has_errors
    assert set(sites(source)) == set(range(1, 26))
    assert [planted.count(f'"site \\"{n}\\" \\\\"') for n in sites(source)] == [1] * 25
    assert planted.count("\n") == CODE.count("\n")


@pytest.mark.cargo
def test_rustc_reports_exactly_the_sites_that_it_compiles(tmp_path: Path) -> None:
    rustc = shutil.which("rustc")
    if rustc is None:
        pytest.skip("no rustc here")
    source = Source(PurePosixPath("lib.rs"), CODE.encode(), "2018")
    (tmp_path / "lib.rs").write_bytes(with_canaries(source))
    command = [
        rustc,
        "--crate-type=lib",
        "--edition=2018",
        "--emit=metadata",
        "--error-format=json",
        "lib.rs",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    errors = [
        message for line in done.stderr.splitlines() if (message := json.loads(line))["level"] == "error"
    ]
    heard = {int(match[1]) for error in errors if (match := re.match(r'site "(\d+)" \\$', error["message"]))}
    # Types may be wrong in such a copy, syntax may not: parse errors have no code.
    unnamed = [error["rendered"] for error in errors if error["code"] is None]
    others = [text for text in unnamed if not text.startswith(("error: site", "error: aborting"))]

    assert heard == COMPILED
    assert others == []


GATED = """\
pub struct S { pub a: u8, #[cfg(any())] ‹pub b: u8›, #[cfg(all())] ‹pub c: u8› }
pub struct T(u8, #[cfg(any())] ‹u8›, #[cfg(all())] ‹u8›);
pub enum E { A, #[cfg(any())] ‹B(u8)›, #[cfg(all())] ‹C(u8)› }
pub fn f(e: E, #[cfg(any())] ‹x: u8›, #[cfg(all())] ‹y: u8›) -> S {
    #[cfg(any())] let ‹z› = 1;
    #[cfg(all())] let ‹z› = 1;
    match e { E::A => {} #[cfg(any())] ‹E::B(_)› => {} #[cfg(all())] ‹E::C(_)› => {} }
    S { a: 1, #[cfg(any())] ‹b: 1›, #[cfg(all())] ‹c: 1› }
}
"""


@pytest.mark.cargo
def test_what_has_a_cfg_of_its_own_is_heard_under_it(tmp_path: Path) -> None:
    content, spans = b"", list[Span]()
    start = 0
    for part in re.split("([‹›])", GATED):
        if part == "‹":
            start = len(content)
        elif part == "›":
            spans.append(Span(start, len(content)))
        else:
            content += part.encode()
    source = Source(PurePosixPath("lib.rs"), content, "2021")
    edits = [edit for n, span in enumerate(spans) for edit in canary_edits(source, span, f"site {n}")]
    (tmp_path / "lib.rs").write_bytes(apply_edits(content, edits))
    command = ["rustc", "--crate-type=lib", "--edition=2021", "--emit=metadata", "lib.rs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    heard = {int(n) for n in re.findall(r"^error: site (\d+)", done.stderr, re.MULTILINE)}

    assert heard == set(range(1, len(spans), 2)), done.stderr


@pytest.mark.parametrize(
    "code",
    ["fn f() { tokens!(a b m!(1)); }", "fn f() { quote!{ m!(1) }; }", "fn f( { m!(1); }"],
)
def test_no_canary_where_it_could_not_be_trusted(code: str) -> None:
    source = Source(PurePosixPath("lib.rs"), code.encode(), "2018")
    start = code.index("m!(1)")

    assert canary_edits(source, Span(start, start + 5), "x") == ()


def test_a_site_in_a_pattern_or_type_is_heard_from_its_block() -> None:
    source = Source(PurePosixPath("lib.rs"), b"fn f() { { let x: T = y; } }", "2018")

    assert apply_edits(source.content, canary_edits(source, Span(18, 19), "x")) == (
        b'fn f() { { compile_error!("x"); let x: T = y; } }'
    )


def test_an_item_keeps_its_cfg_on_the_canary() -> None:
    source = Source(PurePosixPath("lib.rs"), b"#[a] #[cfg_attr(x, y)]\n#[cfg(all(\n  b))] struct S;", "2018")
    span = Span(source.content.index(b"struct"), len(source.content))

    assert canary_edits(source, span, "x")[0].text == '#[cfg(all( b))] compile_error!("x"); '


def test_an_operator_is_no_expression() -> None:
    content = b"fn twice(of: i32) -> i32 { 2 * of }\n"
    source = Source(PurePosixPath("src/lib.rs"), content, "2021")
    at = content.index(b"*")
    edits = canary_edits(source, Span(at, at + 1), "here")
    assert apply_edits(content, edits) == content.replace(b"{ 2", b'{ compile_error!("here"); 2')


@pytest.mark.parametrize("code", [b"made!(x);\n", b"mod m { made!(x); }\n"])
def test_a_call_among_items_is_no_expression(code: bytes) -> None:
    source = Source(PurePosixPath("src/lib.rs"), code, "2021")
    at = code.index(b"made")
    edits = canary_edits(source, Span(at, at + 8), "here")
    assert apply_edits(code, edits) == code.replace(b"made", b'compile_error!("here"); made')

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from codemods.recipe import Finder, Kind, Match, Pattern, Query, Source
from codemods.recipe.templates import PatternError


def _source(code: str, edition: str = "2021") -> Source:
    return Source(PurePosixPath("src/lib.rs"), code.encode(), edition)


def _texts(pattern: Pattern | Query, code: str) -> list[str]:
    source = _source(code)
    return sorted({source.text(match.place) for match in pattern.find(source) if not match.damaged})


def _in_body(code: str) -> str:
    return f"fn body() {{ {code} }}"


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("$map.get_mut($key)", "m.get_mut(&k)"),
        ("$map.get_mut($key)", "self.a.b().get_mut(\n  // which\n  k,\n)"),
        ("f($a, $$$rest)", "f(1)"),
        ("f($a, $$$rest)", "f(1, 2, 3)"),
        ("f($$$first, $last)", "f(1, 2, 3)"),
        ("f($$$first, $last)", "f(3)"),
        ("f($$$)", "f()"),
        ("f($a, $$$, $z)", "f(1, 2)"),
        ("f($_, $_)", "f(1, 2)"),
        ("f($a, $a)", "f(x . y, x.y)"),
        ("if let Some($x) = $y { $$$body }", "if let Some(v) = it.next() { one(); two() }"),
        ("match $x { $$$arms }", "match x { A => 1, B if c => { 2 } }"),
        ("match $x { Ok($v) => $v, $$$rest }", "match f() { Ok(v) => v, Err(e) => return Err(e) }"),
        ("match $x { Ok($v) => $v, Err($e) => $r }", "match f() { Ok(v) => v, Err(e) => return Err(e), }"),
        ("|$x| $body", "|a| a + 1"),
        ("&mut $x", "&mut y"),
        ("$x as usize", "a.len() as usize"),
        ("unsafe { $$$body }", "unsafe { f(); g() }"),
        ("println!($$$args)", 'println!("{}", a)'),
        ("vec![$x; $n]", "vec![a + 1; n]"),
        ("try!($x)", "try!(f(1, 2))"),
        ("try!($x)", "try!(x,)"),
        ("m!($f, $x)", "m!(|a, b| a + b, g::<A, B>())"),
        ("m!($f)", "m!(|a, b| a + b)"),
        ("m!($a => $b)", "m!(x.y => [1, 2])"),
        ("m!($x)", "m!(+ + tokens)"),
        ("try!($x)", "try ! ( x /* why */ )"),
        ("Box::new($x)", "Box::new(1)"),
        ("$x.unwrap()", "f()?.unwrap()"),
        ("$s.parse::<$t>()", "s.parse::<u8>()"),
        ("Some(1)", "Some ( 1 )"),
        ('f("a")', 'f("a")'),
        ("return $x", "return 1"),
        ("$a && $b", "x && y"),
        ("S { $$$fields }", "S { a: 1, b, ..c }"),
        ("async move { $$$b }", "async move { 1 }"),
        ("$x.await", "f().await"),
    ],
)
def test_an_expression_matches(pattern: str, code: str) -> None:
    assert code in _texts(Pattern(pattern), _in_body(f"let it = {code};"))


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("$map.get_mut($key)", "m.get_mut()"),
        ("$map.get_mut($key)", "m.get_mut(a, b)"),
        ("$map.get_mut($key)", "get_mut(m)"),
        ("f($a, $a)", "f(x, y)"),
        ("f($a)", "f()"),
        ("f($a)", "f(1, 2)"),
        ("f($a, $$$rest)", "f()"),
        ("f(1)", "f(11)"),
        ("f(1)", 'f("1")'),
        ('f("a")', 'f(r"a")'),
        ('f(r"a")', 'f(r#"a"#)'),
        ("$a && $b", "x || y"),
        ("vec![$x; $n]", "vec![a, n]"),
        ("try!($x)", "try!()"),
        ("m!($x)", "m!(a, b)"),
        ("m!($x)", "m!(a; b)"),
        ("m!($x, $x)", "m!(f(a, b), f(a, c))"),
        ("(a,)", "(a)"),
        ("$s.parse::<$t>()", "s.parse()"),
        ("$x.unwrap()", '"x.unwrap()"'),
        ("&mut $x", "&x"),
        ("f()", "g::f()"),
    ],
)
def test_an_expression_does_not_match(pattern: str, code: str) -> None:
    assert code not in _texts(Pattern(pattern), _in_body(f"let it = {code};"))


@pytest.mark.parametrize(
    ("pattern", "code", "expected"),
    [
        ("fn $name($$$params) -> $ret { $$$body }", "fn f(a: u8) -> u8 { a }", ["fn f(a: u8) -> u8 { a }"]),
        ("fn $name($$$params) { $$$body }", "fn f(a: u8) -> u8 { a }", []),
        ("impl $trait for $t { $$$items }", "impl A for B { fn f() {} }", ["impl A for B { fn f() {} }"]),
        ("struct $s { $$$fields }", "struct S { a: u8, b: u8 }", ["struct S { a: u8, b: u8 }"]),
        ("use std::$x;", "use std::mem;\nuse core::mem;", ["use std::mem;"]),
        ("extern crate $c;", "extern crate a;", ["extern crate a;"]),
        ("#[derive($$$names)]", "#[derive(A, B)]\nstruct S;", ["#[derive(A, B)]"]),
        ("Vec<$t>", "fn f(v: Vec<u8>) -> HashMap<u8, u8> {}", ["Vec<u8>"]),
        ("&'static $t", "const S: &'static str = x;", ["&'static str"]),
        ("Box<Error>", "fn f() -> Box<Error> {}", ["Box<Error>"]),
        ("Some($x)", "fn f() { if let Some(y) = z {} }", ["Some(y)"]),
        ("$a...$b", "fn f() { match x { 1...2 => 3 } }", ["1...2"]),
        ("Ok($v) => $v", "fn f() { match x { Ok(a) => a, Err(b) => 1 } }", ["Ok(a) => a,"]),
        ("let $x = $y;", "fn f() { let a = 1; let b: u8 = 2; }", ["let a = 1;"]),
        ("$x.lock();", "fn f() { a.lock(); b.lock() }", ["a.lock();"]),
    ],
)
def test_items_types_patterns_and_statements_match(pattern: str, code: str, expected: list[str]) -> None:
    assert _texts(Pattern(pattern), code) == expected


def test_statements_in_a_row_match_as_one_site() -> None:
    pattern = Pattern("let $g = $m.lock().unwrap(); $g.push($x);")
    code = _in_body(
        "a(); let g = m.lock().unwrap(); /* c */ g.push(1); let h = m.lock().unwrap(); g.push(1);"
    )

    assert _texts(pattern, code) == ["let g = m.lock().unwrap(); /* c */ g.push(1);"]


def test_the_rest_of_a_block_is_taken_by_a_last_ellipsis() -> None:
    code = _in_body("a(); let g = b(); c(g); d()")

    assert _texts(Pattern("let $g = b(); $$$rest"), code) == ["let g = b(); c(g); d()"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('fn f() { println!("{}", m.get_mut(k)) }', ["m.get_mut(k)"]),
        ('fn f() { a!(b!(m.get_mut(k), "x")) }', ["m.get_mut(k)"]),
        ("macro_rules! m { ($a:expr) => { $a.get_mut(0) } }", ["$a.get_mut(0)"]),
        ("/// ```\n/// m.get_mut(k);\n/// ```\nfn f() {}", ["m.get_mut(k)"]),
        ('// m.get_mut(k)\nfn f() { "m.get_mut(k)" }', []),
        ("/// ```text\n/// m.get_mut(k);\n/// ```\nfn f() {}", []),
    ],
    ids=["argument", "nested argument", "macro body", "doc example", "comment and string", "other language"],
)
def test_macros_and_documentation_are_searched(code: str, expected: list[str]) -> None:
    assert _texts(Pattern("$map.get_mut($key)"), code) == expected


def test_captures_tell_what_stands_there() -> None:
    source = _source(_in_body("call(a.b, [1, 2], /* c */ x);"))
    (match,) = Pattern("call($first, $$$others)").find(source)

    assert match.captures["first"].text == "a.b"
    assert match.captures["first"].kind == "field_expression"
    assert match.captures["others"].text == "[1, 2], /* c */ x"
    assert match.captures["others"].kind == "nodes"
    assert [node.type for node in match.captures["others"].nodes] == ["array_expression", ",", "identifier"]


def test_an_argument_of_a_macro_is_captured_as_an_expression() -> None:
    source = _source(_in_body("m!(f(a, b) /* c */, + +);"))
    (match,) = Pattern("m!($x, $y)").find(source)

    assert (match.captures["x"].text, match.captures["x"].kind) == ("f(a, b)", "call_expression")
    assert match.captures["x"].node.child_by_field_name("function") is not None
    assert match.captures["y"].text == "+ +"


def test_an_empty_capture_stands_where_something_could() -> None:
    source = _source(_in_body("call( );"))
    (match,) = Pattern("call($$$arguments)").find(source)

    assert match.captures["arguments"].text == ""
    assert source.content[: match.captures["arguments"].span.start].endswith(b"call( ")


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("a", ["a.f()"]),
        ({"a", "b"}, ["a.f()", "b.f()"]),
        ({"a": 1}, ["a.f()"]),
        (re.compile("[ab]+"), ["a.f()", "ab.f()", "b.f()"]),
        (Kind("self"), ["self.f()"]),
        (Kind("self", "call_expression"), ["g().f()", "self.f()"]),
        ((Kind("identifier"), re.compile("a.*")), ["a.f()", "ab.f()"]),
    ],
    ids=["text", "set", "mapping", "expression", "kind", "kinds", "all of"],
)
def test_metavariables_can_be_constrained(constraint: object, expected: list[str]) -> None:
    code = _in_body("a.f(); b.f(); ab.f(); self.f(); g().f();")

    assert _texts(Pattern("$x.f()", x=constraint), code) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "constraints", "message"),
    [
        ("$x", {}, "matches everything"),
        ("$$$x", {}, "matches everything"),
        ("fn (", {}, "not a piece of Rust"),
        ("", {}, "not a piece of Rust"),
        ("$x.f()", {"y": "a"}, "there is no"),
        ("$x.f()", {"x": 3}, "constrained by int"),
    ],
)
def test_a_wrong_pattern_says_what_is_wrong(text: str, constraints: dict[str, object], message: str) -> None:
    with pytest.raises(PatternError, match=message):
        list(Pattern(text, **constraints).find(_source("fn f() {}")))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        (Pattern("$map.get_mut($key)"), [{b"get_mut"}]),
        (Pattern("$x.$m()", m={"a": 1, "b": 2}), [{b"a", b"b"}]),
        (Pattern("$x.$m()", m=re.compile("a+")), []),
        (Pattern("std::mem::replace($a, $b)"), [{b"replace"}, {b"mem"}, {b"std"}]),
        (Pattern("$x.f()", x="a + b"), [{b"f"}]),
        (Query("(try_expression) @site", needles=[b"?"]), [{b"?"}]),
    ],
    ids=str,
)
def test_needles_are_what_every_match_contains(pattern: Pattern | Query, needles: list[set[bytes]]) -> None:
    assert list(pattern.needles) == needles
    assert pattern.may_match(b" ".join(next(iter(group)) for group in needles))
    assert not needles or not pattern.may_match(b"")


def test_code_that_does_not_parse_is_marked() -> None:
    (match,) = Pattern("f($x)").find(_source(_in_body("f({ a b ~ c });")))

    assert match.damaged


def test_an_error_elsewhere_does_not_matter() -> None:
    matches = list(Pattern("f($x)").find(_source("fn a() { f(1); }\nfn b() { ~ ~ ) }\n")))

    assert [match.damaged for match in matches] == [False]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('((call_expression function: (identifier) @f) @site (#eq? @f "try"))', ["try(1)"]),
        ('((call_expression function: (identifier) @f) @site (#not-eq? @f "try"))', ["b(1)", "c(2)"]),
        ('((call_expression function: (identifier) @f) @site (#match? @f "^[bc]$"))', ["b(1)", "c(2)"]),
        ('((call_expression function: (identifier) @f) @site (#any-of? @f "b" "x"))', ["b(1)"]),
        ("(call_expression arguments: (arguments (integer_literal) @_n)) @site", ["b(1)", "c(2)", "try(1)"]),
        ("(call_expression function: (identifier) @f)", ["b", "c", "try"]),
    ],
)
def test_queries_see_the_text_of_the_file(query: str, expected: list[str]) -> None:
    source = _source(_in_body("try(1); b(1); c(2);"), "2015")

    assert sorted(source.text(match.place) for match in Query(query).find(source)) == expected


@pytest.mark.parametrize("text", ["(nonsense) @x", "(call_expression", "(call_expression)"])
def test_a_wrong_query_is_refused(text: str) -> None:
    with pytest.raises(PatternError, match="query"):
        list(Query(text).find(_source("fn f() {}")))


def test_a_finder_is_asked_only_where_it_could_find() -> None:
    def find(source: Source) -> list[Match]:
        tree = source.trees[0]
        return [Match(tree, tree.root.children[0])]

    finder = Finder(find, needles=(b"try",), confirm=rb"try\s*!")

    assert not finder.may_match(b"retry = 1")
    assert finder.may_match(b"try !(x)")
    assert [match.place.start for match in finder.find(_source("struct S;"))] == [0]


def test_any_name_can_be_constrained() -> None:
    assert _texts(Pattern("f($text)", text="a"), _in_body("f(a); f(b);")) == ["f(a)"]

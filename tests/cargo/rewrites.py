"""Pairs of programs that compile: rewrites that are wrong, and some that are right."""

from __future__ import annotations

from dataclasses import dataclass

# Both sides begin with this, edition 2015.
GIVEN = r"""
#![allow(warnings)]
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{Debug, Display, Write as FmtWrite};
use std::io::{Read, Write};
use std::ops::*;
use std::rc::Rc;
use std::sync::Mutex;
pub struct E1;
#[derive(Debug)] pub struct E2;
pub struct E3;
impl From<E1> for E2 { fn from(_: E1) -> E2 { E2 } }
impl<'a> From<&'a E1> for E2 { fn from(_: &'a E1) -> E2 { E2 } }
impl<'a> From<&'a mut E1> for E2 { fn from(_: &'a mut E1) -> E2 { E2 } }
impl From<E1> for E3 { fn from(_: E1) -> E3 { E3 } }
impl From<E3> for E2 { fn from(_: E3) -> E2 { E2 } }
impl From<()> for E2 { fn from(_: ()) -> E2 { E2 } }
pub type R<T> = Result<T, E2>;
pub type R1<T> = Result<T, E1>;
pub fn f() -> R1<u32> { Ok(1) }
pub fn g() -> R1<u32> { Ok(2) }
pub fn h(x: u32) -> R1<u32> { Ok(x) }
pub fn two(a: u32, b: u32) -> R1<u32> { Ok(a) }
pub fn id<T>(x: T) -> T { x }
pub fn ff() -> Result<R1<u32>, E1> { Ok(Ok(1)) }
pub fn w() -> R1<W> { Ok(W) }
pub fn say(_: u32) {}
pub static S1: u32 = 5;
pub static S2: u32 = 5;
pub const C1: u32 = 5;
pub const C2: u32 = 5;
pub struct D(&'static str);
impl Drop for D { fn drop(&mut self) {} }
pub struct P { a: u32, b: u32 }
pub struct Y { x: u32 }
impl Y {
    fn nx(self) -> R1<u32> { Ok(1) }
    fn ny(self) -> R1<u32> { Ok(1) }
    const A: u32 = 1;
    const B: u32 = 1;
}
pub fn y() -> R1<Y> { Ok(Y { x: 1 }) }
pub trait T1 { fn t(&self) -> u32 { 1 } }
pub trait T2 { fn t(&self) -> u32 { 1 } }
impl T1 for u32 {}
impl T2 for u32 {}
pub trait N { fn nx(self) -> R1<u32>; }
impl N for R1<Y> { fn nx(self) -> R1<u32> { Ok(3) } }
pub struct W;
macro_rules! ops { ($($t:ident $m:ident),*) => { $(
    impl $t<W> for W { type Output = W; fn $m(self, _: W) -> W { W } }
    impl $t<R1<W>> for W { type Output = R1<W>; fn $m(self, _: R1<W>) -> R1<W> { Ok(W) } }
)* } }
ops!(Add add, Sub sub, Mul mul, Div div, Rem rem, BitAnd bitand, BitOr bitor, BitXor bitxor,
    Shl shl, Shr shr);
macro_rules! noisy { ($e:expr) => { match $e { Ok(v) => v, Err(e) => { say(1); return Err(From::from(e)) }
} } }
macro_rules! no_from { ($e:expr) => { match $e { Ok(v) => v, Err(e) => return Err(e) } } }
macro_rules! with_into { ($e:expr) => { match $e { Ok(v) => v, Err(e) => return Err(e.into()) } } }
macro_rules! plus_one { ($e:expr) => { match $e { Ok(v) => v + 1, Err(e) => return Err(From::from(e)) } } }
macro_rules! ignored { ($e:expr) => { match $e { Ok(v) => v, Err(_) => return Err(From::from(())) } } }
macro_rules! guarded { ($e:expr) => { match $e { Ok(v) if true => v,
    Err(e) => return Err(From::from(e)), Ok(_) => 7 } } }
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Items before and after; each side is a module of its own."""

    name: str
    before: str
    after: str


def body(before: str, after: str, name: str = "", *, returns: str = "R<u32>", takes: str = "") -> Pair:
    """Return a pair of functions with these bodies."""
    shown = name or f"{before}  =>  {after}"
    head = f"pub fn z({takes}) -> {returns}"
    return Pair(shown, f"{head} {{ {before} }}", f"{head} {{ {after} }}")


_OPERATORS = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")

PRECEDENCE = (
    *(body(f"try!(W {op} w()); Ok(1)", f"W {op} w()?; Ok(1)") for op in _OPERATORS),
    body("let x: &u32 = try!(&r); Ok(*x)", "let x: &u32 = &r?; Ok(*x)", takes="r: R1<u32>"),
    body(
        "let x: &mut u32 = try!(&mut r); Ok(*x)", "let x: &mut u32 = &mut r?; Ok(*x)", takes="mut r: R1<u32>"
    ),
)

OTHER_EXPRESSION = (
    body("Ok(try!(id(f())))", "Ok(id(f()?))"),
    body("Ok(id(try!(f())))", "Ok(id(f())?)"),
    body("Ok(try!(N::nx(y())))", "Ok(y()?.nx()?)"),
    body("Ok(try!(y().nx()))", "Ok(y()?.nx()?)"),
    body("Ok(try!(f()))", "Ok(f().ok().unwrap())"),
    body("Ok(try!(f()))", "Ok(f().unwrap_or(0))"),
    body("Ok(try!(f()))", "Ok(f().or(g())?)"),
    body("Ok(try!(f()))", "Ok(f().map_err(|e| e)?)"),
    body("Ok(try!(f()))", "Ok(f().map_err(E3::from)?)"),
    body("Ok(try!(f()))", "Ok(f().map_err(E2::from)?)"),
    body("Ok(try!(f()))", "Ok(g()?)"),
    body("try!(ff()); Ok(1)", "ff()??; Ok(1)"),
    body("try!(try!(ff())); Ok(1)", "ff()?; Ok(1)"),
    body("Ok(try!(f()))", "Ok(f().and_then(h)?)"),
    body("Ok(try!(f()))", "f().map_err(E2::from)"),
    body("let r = f(); Ok(try!(r))", "let r = Ok::<u32, E3>(1); Ok(r?)"),
    body("let v = try!(f()); Ok(v)", "let v = match f() { Ok(v) => v, Err(_) => return Ok(0) }; Ok(v)"),
    body("let v = try!(f()); Ok(v)", "let v = match f() { Ok(v) => v, Err(e) => return Err(E2) }; Ok(v)"),
)

ORDER = (
    body("Ok(try!(two(try!(f()), try!(g()))))", "Ok(two(g()?, f()?)?)"),
    body("Ok(try!(two(1, 2)))", "Ok(two(2, 1)?)"),
    body("let a = try!(f()); let b = try!(g()); Ok(a)", "let a = g()?; let b = f()?; Ok(a)"),
    body("let a = try!(f()); let b = try!(g()); Ok(a)", "let b = g()?; let a = f()?; Ok(a)"),
    body("let a = try!(f()); let b = try!(g()); Ok(a)", "let a = f()?; let b = g()?; Ok(b)"),
    body("try!(f()); say(1); Ok(1)", "f()?; Ok(1)"),
    body("try!(f()); say(1); Ok(1)", "f()?; say(1); say(1); Ok(1)"),
    body("try!(f()); say(1); Ok(1)", "say(1); f()?; Ok(1)"),
    body("try!(f()); Ok(1)", "f()?; f()?; Ok(1)"),
    body("try!(f()); try!(f()); Ok(1)", "f()?; Ok(1)"),
    body("Ok(try!(h(a)))", "Ok(h(b)?)", takes="a: u32, b: u32"),
    body("Ok(try!(h(a)) - b)", "Ok(b - h(a)?)", takes="a: u32, b: u32"),
    body("Ok(try!(h(p.a)))", "Ok(h(p.b)?)", takes="p: P"),
    body("Ok(try!(h(p[0])))", "Ok(h(p[1])?)", takes="p: [u32; 2]"),
    body("let a = 1; let a = try!(h(a)); Ok(a)", "let a = 1; let b = h(a)?; Ok(a)"),
    body("let x = try!(f()); { let x = try!(g()); } Ok(x)", "let x = f()?; let x = g()?; Ok(x)"),
    body("a = try!(f()); Ok(a + b)", "b = f()?; Ok(a + b)", takes="mut a: u32, mut b: u32"),
    body("let (a, b) = (try!(f()), try!(g())); Ok(a)", "let (b, a) = (f()?, g()?); Ok(a)"),
    body("Ok(try!(f()) + try!(g()))", "Ok(g()? + f()?)"),
    body("P { a: try!(f()), b: try!(g()) }; Ok(1)", "P { b: g()?, a: f()? }; Ok(1)"),
)

LITERALS = (
    body("Ok(try!(h(1)))", "Ok(h(2)?)"),
    body("try!(f()); let x = 1i32; Ok(1)", "f()?; let x = -1i32; Ok(1)"),
    body("try!(f()); let x = 1u8; Ok(1)", "f()?; let x = 1u16; Ok(1)"),
    body("try!(f()); let x = 1.5; Ok(1)", "f()?; let x = 1.25; Ok(1)"),
    body("try!(f()); let x = 0.0; Ok(1)", "f()?; let x = -0.0; Ok(1)"),
    body("try!(f()); let x = 1f32; Ok(1)", "f()?; let x = 1f64; Ok(1)"),
    body("try!(f()); let x = 1u128 << 100; Ok(1)", "f()?; let x = 1u128 << 101; Ok(1)"),
    body(
        "try!(f()); let x = 340282366920938463463374607431768211455u128; Ok(1)",
        "f()?; let x = 340282366920938463463374607431768211454u128; Ok(1)",
    ),
    body("try!(f()); let x = 'a'; Ok(1)", "f()?; let x = 'b'; Ok(1)"),
    body('try!(f()); let x = "a"; Ok(1)', 'f()?; let x = "b"; Ok(1)'),
    body('try!(f()); let x = "a\\n"; Ok(1)', 'f()?; let x = "a\\r"; Ok(1)'),
    body('try!(f()); let x = "x.rs:1:2: 3:4"; Ok(1)', 'f()?; let x = "x.rs:1:2: 3:5"; Ok(1)'),
    body(
        'try!(f()); let x = "{closure@x.rs:1:2: 3:4}"; Ok(1)',
        'f()?; let x = "{closure@x.rs:1:2: 3:5}"; Ok(1)',
    ),
    body('try!(f()); let x = "DefId(0:4 ~ t)"; Ok(1)', 'f()?; let x = "DefId(0:5 ~ t)"; Ok(1)'),
    body('try!(f()); let x = "Node(4)"; Ok(1)', 'f()?; let x = "Node(5)"; Ok(1)'),
    body('try!(f()); let x = "span: a"; Ok(1)', 'f()?; let x = "span: b"; Ok(1)'),
    body('try!(f()); let x = b"a"; Ok(1)', 'f()?; let x = b"b"; Ok(1)'),
    body("try!(f()); let x = b'a'; Ok(1)", "f()?; let x = b'b'; Ok(1)"),
    body("try!(f()); let x = line!(); Ok(x)", "f()?;\n let x = line!(); Ok(x)"),
    body("try!(f()); let x = column!(); Ok(x)", "f()?; let x = column!(); Ok(x)"),
    body("let x = stringify!(try!(f())); Ok(1)", "let x = stringify!(f()?); Ok(1)"),
    body('try!(f()); let x = include_str!("a.txt"); Ok(1)', 'f()?; let x = include_str!("b.txt"); Ok(1)'),
    body('try!(f()); let x = include_bytes!("a.txt"); Ok(1)', 'f()?; let x = include_bytes!("b.txt"); Ok(1)'),
    body("Ok(try!(h(S1)))", "Ok(h(S2)?)"),
    body("Ok(try!(h(C1)))", "Ok(h(C2)?)"),
    body("Ok(try!(h(Y::A)))", "Ok(h(Y::B)?)"),
    body("let a = [try!(f()); 2]; Ok(1)", "let a = [f()?; 3]; Ok(1)"),
    body("fn i() -> u32 { 1 } try!(f()); Ok(i())", "fn i() -> u32 { 2 } f()?; Ok(i())"),
    body("const I: u32 = 1; try!(f()); Ok(I)", "const I: u32 = 2; f()?; Ok(I)"),
    body("static I: u32 = 1; try!(f()); Ok(I)", "static I: u32 = 2; f()?; Ok(I)"),
    body(
        'try!(f()); if let Some("a") = s { say(1) } Ok(1)',
        'f()?; if let Some("b") = s { say(1) } Ok(1)',
        takes="s: Option<&str>",
    ),
    body(
        "try!(f()); let x = std::mem::size_of::<u8>(); Ok(1)",
        "f()?; let x = std::mem::size_of::<u16>(); Ok(1)",
    ),
    body("try!(f()); let x: Option<u8> = None; Ok(1)", "f()?; let x: Option<u16> = None; Ok(1)"),
    body('try!(f()); let x = "1".parse::<u8>(); Ok(1)', 'f()?; let x = "1".parse::<u16>(); Ok(1)'),
)

DROPS = (
    body('let a = D(""); let b = D(""); try!(f()); Ok(1)', 'let b = D(""); let a = D(""); f()?; Ok(1)'),
    body('{ let a = D(""); try!(f()); } say(1); Ok(1)', 'let a = D(""); f()?; say(1); Ok(1)'),
    body('let a = D(""); drop(a); try!(f()); Ok(1)', 'let a = D(""); f()?; drop(a); Ok(1)'),
    body('let a = D(""); drop(a); try!(f()); Ok(1)', 'let a = D(""); f()?; Ok(1)'),
    body('let _ = D(""); try!(f()); Ok(1)', 'let _x = D(""); f()?; Ok(1)'),
    body('let x = D("").0.len(); try!(f()); Ok(1)', 'let d = D(""); let x = d.0.len(); f()?; Ok(1)'),
    body(
        "let v = try!(h(*m.borrow())); *m.borrow_mut() = v; Ok(v)",
        "let b = m.borrow(); let v = h(*b)?; drop(b); *m.borrow_mut() = v; Ok(v)",
        takes="m: &RefCell<u32>",
    ),
    body(
        "{ let mut g = m.lock().unwrap(); *g = try!(f()); } say(1); Ok(1)",
        "let mut g = m.lock().unwrap(); *g = f()?; say(1); Ok(1)",
        takes="m: &Mutex<u32>",
    ),
    body(
        "match try!(h(*m.borrow())) { v => { say(v); } } Ok(1)",
        "let v = h(*m.borrow())?; say(v); Ok(1)",
        takes="m: &RefCell<u32>",
    ),
)

_AB = "a: u32, b: u32"
_SHAPES = (
    ("a + b", "a - b"),
    ("a * b", "a + b"),
    ("a & b", "a | b"),
    ("a << b", "a >> b"),
    ("a.wrapping_add(b)", "a + b"),
    ("a.max(b)", "a.min(b)"),
    ("(!a)", "a"),
    ("(a as u8) as u32", "(a as u16) as u32"),
    ("if a < b { 1 } else { 2 }", "if a <= b { 1 } else { 2 }"),
    ("if a == b { 1 } else { 2 }", "if a != b { 1 } else { 2 }"),
    ("if !(a == b) { 1 } else { 2 }", "if a == b { 1 } else { 2 }"),
    ("if a < 1 && b < 1 { 1 } else { 2 }", "if a < 1 || b < 1 { 1 } else { 2 }"),
    ("if a < 1 && b < 1 { 1 } else { 2 }", "if (a < 1) & (b < 1) { 1 } else { 2 }"),
    ("if a < b { 1 } else { 2 }", "if a < b { 2 } else { 1 }"),
    ("(0..a).sum()", "(0..a + 1).sum()"),
    ("{ for i in 0..a { say(i) } 1 }", "{ for i in 1..a { say(i) } 1 }"),
    ("{ for i in 0..a { say(i) } 1 }", "{ for i in 0..=a { say(i) } 1 }"),
    ("{ loop { break } 1 }", "{ loop { if a == 1 { break } } 1 }"),
    ("{ 'x: loop { loop { break 'x } } 1 }", "{ 'x: loop { 'y: loop { break 'y } break } 1 }"),
    ("{ 'x: loop { loop { break 'x } say(1); } 1 }", "{ 'x: loop { loop { break } say(1); } 1 }"),
    ("{ 'x: loop { 'y: loop { continue 'x } } }", "{ 'x: loop { 'y: loop { continue 'y } } }"),
    ("{ while a < b { break } 1 }", "{ while a > b { break } 1 }"),
    ("match a { 1 => 2, _ => 3 }", "match a { 2 => 2, _ => 3 }"),
    ("match a { 1..=3 => 2, _ => 3 }", "match a { 1..=4 => 2, _ => 3 }"),
    ("match a { x if x > 1 => 2, _ => 3 }", "match a { x if x > 2 => 2, _ => 3 }"),
    ("match a { x if x > 1 => 2, _ => 3 }", "match a { x => 2, _ => 3 }"),
    ("match (a, b) { (x, _) => x }", "match (a, b) { (_, x) => x }"),
    (
        "match (a, b) { (1, _) => 1, (_, 1) => 2, _ => 3 }",
        "match (a, b) { (_, 1) => 2, (1, _) => 1, _ => 3 }",
    ),
    ("match Some(a) { Some(x) => x, None => b }", "match Some(b) { Some(x) => x, None => b }"),
    ('{ print!("{}", a); 1 }', '{ print!("{}", b); 1 }'),
    ('{ print!("{}", a); 1 }', '{ print!("{:?}", a); 1 }'),
    ('{ print!("x{}", a); 1 }', '{ print!("y{}", a); 1 }'),
    ('{ print!("x"); 1 }', '{ eprint!("x"); 1 }'),
    ("T1::t(&a)", "T2::t(&a)"),
    ("(|| a)()", "(|| b)()"),
    ("(|x: u32| x + 1)(a)", "(|x: u32| x + 2)(a)"),
    ("(|x: u32, y: u32| x)(a, b)", "(|x: u32, y: u32| y)(a, b)"),
    ("{ let s = Rc::new(a); let c = || *s; c() }", "{ let s = Rc::new(a); let c = move || *s; c() }"),
    ("{ let x = Some(a); let y = &x; x.unwrap() }", "{ let x = Some(a); let y = x; x.unwrap() }"),
    ("{ let mut v = vec![a]; v.push(b); v[0] }", "{ let mut v = vec![a]; v.insert(0, b); v[0] }"),
    ("{ assert!(a == b); 1 }", "{ debug_assert!(a == b); 1 }"),
    ('{ assert!(a == b, "x"); 1 }', '{ assert!(a == b, "y"); 1 }'),
    ("{ let Some(x) = Some(a) else { panic!() }; x }", "{ let Some(x) = Some(b) else { panic!() }; x }"),
    ("unsafe { *(&a as *const u32) }", "unsafe { *(&b as *const u32) }"),
    ("{ let v: Vec<u32> = Vec::with_capacity(1); 1 }", "{ let v: Vec<u32> = Vec::with_capacity(2); 1 }"),
    ("{ let q = P { a: a, b: b }; q.a }", "{ let q = P { a: b, b: a }; q.a }"),
    (
        "{ let q = P { a: a, b: b }; let P { a: x, .. } = q; x }",
        "{ let q = P { a: a, b: b }; let P { b: x, .. } = q; x }",
    ),
    ("{ let mut x = a; x += b; x }", "{ let mut x = a; x -= b; x }"),
    ("{ return Ok(a); }", "{ return Ok(b); }"),
    ("if a == 1 { return Err(E2) } else { 1 }", "if a == 1 { return Ok(1) } else { 1 }"),
)

OPERATIONS = tuple(
    body(f"let r = {{ {before} }}; Ok(try!(h(r)))", f"let r = {{ {after} }}; Ok(h(r)?)", takes=_AB)
    for before, after in _SHAPES
)

USER_MACROS = (
    body("Ok(noisy!(f()))", "Ok(f()?)"),
    body("Ok(no_from!(f()))", "Ok(f()?)", returns="R1<u32>"),
    body("Ok(with_into!(f()))", "Ok(f()?)"),
    body("Ok(plus_one!(f()))", "Ok(f()?)"),
    body("Ok(ignored!(f()))", "Ok(f()?)"),
    body("Ok(guarded!(f()))", "Ok(f()?)"),
    Pair(
        "an own Result",
        "pub enum Q { Ok(u32), Err(E1) } pub fn z(q: Q) -> R<u32>"
        " { Ok(match q { Q::Ok(v) => v, Q::Err(e) => return Err(From::from(e)) }) }",
        "pub enum Q { Ok(u32), Err(E1) } pub fn z(q: Q) -> R<u32>"
        " { Ok((match q { Q::Ok(v) => Ok(v), Q::Err(e) => Err(e) })?) }",
    ),
    Pair(
        "an own From",
        "pub trait From<T> { fn from(t: T) -> Self; } impl From<E1> for E2 { fn from(_: E1) -> E2 { E2 } }"
        " pub fn z() -> R<u32> { Ok(match f() { Ok(v) => v, Err(e) => return Err(From::from(e)) }) }",
        "pub trait From<T> { fn from(t: T) -> Self; } impl From<E1> for E2 { fn from(_: E1) -> E2 { E2 } }"
        " pub fn z() -> R<u32> { Ok(f()?) }",
    ),
    body(
        "Ok(match f() { Ok(v) => match g() { Ok(x) => v, Err(e) => return Err(From::from(e)) },"
        " Err(e) => return Err(From::from(e)) })",
        "Ok(match f() { Ok(v) => match g() { Ok(x) => x, Err(e) => return Err(From::from(e)) },"
        " Err(e) => return Err(From::from(e)) })",
        "the variable of another arm",
    ),
    body(
        "let c = |r: R1<u32>| -> R<u32> { Ok(try!(r)) }; c(f())",
        "let c = |r: R1<u32>| -> R<u32> { Ok(r?) }; c(g())",
    ),
    body(
        "let c = |a: u32, b: u32| -> R<u32> { Ok(try!(h(a))) }; c(1, 2)",
        "let c = |a: u32, b: u32| -> R<u32> { Ok(h(b)?) }; c(1, 2)",
        "a closure's other argument",
    ),
    body(
        "let a = || 1; let b = || 2; let c = try!(Ok::<_, E2>(|| 3)); Ok(a() + c())",
        "let a = || 2; let b = || 1; let c = Ok::<_, E2>(|| 3)?; Ok(a() + c())",
        "two closures change places",
    ),
    body(
        "let a = 1; let b = 2; let c = || -> R<u32> { Ok(try!(h(a))) }; c()",
        "let a = 1; let b = 2; let c = || -> R<u32> { Ok(h(b)?) }; c()",
        "a closure's other capture",
    ),
)

WRONG = (*PRECEDENCE, *OTHER_EXPRESSION, *ORDER, *LITERALS, *DROPS, *OPERATIONS, *USER_MACROS)

RIGHT = (
    body("Ok(try!(f()))", "Ok(f()?)"),
    body(
        "let v: Vec<u32> = try!(vec![f()].into_iter().collect()); Ok(v[0])",
        "let v: Vec<u32> = vec![f()].into_iter().collect::<Result<_, E1>>()?; Ok(v[0])",
        "a type that is written out",
    ),
    body("try!(f()); Ok(1)", "f()?; Ok(1)"),
    body("let v = try!(f()); Ok(v + 1)", "let v = f()?; Ok(v + 1)"),
    body("Ok(try!(try!(ff())))", "Ok(ff()??)"),
    body("Ok(try!(h(try!(f()))))", "Ok(h(f()?)?)"),
    body("try!(W + w()); Ok(1)", "(W + w())?; Ok(1)"),
    body("Ok(try!(try!(y()).nx()))", "Ok(y()?.nx()?)"),
    body("try!(f());\n Ok(1)", "f()?;\n\n Ok(1)", "a line moved"),
    body("Ok(try!({ say(1); f() }))", "Ok({ say(1); f() }?)"),
    body("Ok(try!(if b { f() } else { g() }))", "Ok((if b { f() } else { g() })?)", takes="b: bool"),
    body("let c = || -> R<u32> { Ok(try!(f())) }; c()", "let c = || -> R<u32> { Ok(f()?) }; c()"),
    body(
        "let c = |r: R1<u32>| -> R<u32> { Ok(try!(r) + 1) }; c(f())",
        "let c = |r: R1<u32>| -> R<u32> { Ok(r? + 1) }; c(f())",
    ),
    body(
        "let r = r.map_err(|_| E2); Ok(try!(try!(ff()).map(|x| x + 1)) + (|| 1)())",
        "let r = r.map_err(|_| E2); Ok(ff()?.map(|x| x + 1)? + (|| 1)())",
        "closures that a macro is given are collected after the others",
        takes="r: R1<u32>",
    ),
    body("for i in 0..try!(f()) { try!(h(i)); } Ok(1)", "for i in 0..f()? { h(i)?; } Ok(1)"),
    body("Ok(try!(h(*m.lock().unwrap())))", "Ok(h(*m.lock().unwrap())?)", takes="m: &Mutex<u32>"),
    body('let d = D(""); try!(f()); drop(d); Ok(1)', 'let d = D(""); f()?; drop(d); Ok(1)'),
    body("Ok(try!(r))", "Ok(r?)", takes="r: R<u32>", name="the same error type"),
    body(
        "Ok(try!(r))",
        "Ok(r?)",
        takes="r: Result<u32, std::num::ParseIntError>",
        returns="Result<u32, Box<std::error::Error>>",
    ),
    body(
        "let x: &[u8] = try!(r); Ok(x.len() as u32)",
        "let x: &[u8] = r?; Ok(x.len() as u32)",
        takes="r: Result<&'static [u8; 2], E1>",
    ),
    body("say(*try!(r)); Ok(1)", "say(*r?); Ok(1)", takes="r: Result<&u32, E1>"),
    body("fn k(_: &u32) {} k(try!(r)); Ok(1)", "fn k(_: &u32) {} k(r?); Ok(1)", takes="r: Result<&u32, E1>"),
    body(
        "fn k(_: &mut u32) {} k(try!(r)); Ok(1)",
        "fn k(_: &mut u32) {} k(r?); Ok(1)",
        takes="r: Result<&mut u32, E1>",
    ),
    Pair(
        "a generic function",
        "pub fn z<T, E: Into<E2>, I: Iterator<Item = Result<T, E>>>(mut i: I) -> Result<T, E2> "
        "where E2: From<E>"
        " { Ok(try!(i.next().unwrap())) }",
        "pub fn z<T, E: Into<E2>, I: Iterator<Item = Result<T, E>>>(mut i: I) -> Result<T, E2> "
        "where E2: From<E>"
        " { Ok(i.next().unwrap()?) }",
    ),
    Pair(
        "an associated type",
        "pub fn z<I: Iterator>(mut i: Result<I::Item, E1>) -> Result<I::Item, E2> { Ok(try!(i)) }",
        "pub fn z<I: Iterator>(mut i: Result<I::Item, E1>) -> Result<I::Item, E2> { Ok(i?) }",
    ),
    Pair(
        "in a macro's body",
        "macro_rules! k { ($e:expr) => { try!($e) + 1 } } pub fn z() -> R<u32> { Ok(k!(f())) }",
        "macro_rules! k { ($e:expr) => { $e? + 1 } } pub fn z() -> R<u32> { Ok(k!(f())) }",
    ),
)


def crate(pairs: tuple[Pair, ...], side: str) -> str:
    """Return the crate in which each pair's `side` is a module `p0`, `p1`, …"""
    modules = (f"pub mod p{at} {{ use super::*;\n{getattr(pair, side)} }}" for at, pair in enumerate(pairs))
    return "\n".join((GIVEN.strip(), *modules)) + "\n"

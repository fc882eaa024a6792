"""Wrong edits made by hand to fool a prover: what a dump of the compiler may leave out or print alike.

Each trap is a module of one crate. `«before|after»` marks an edit. A right one is a control: it must be proved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from codemods.rust.edits import Edit
from codemods.rust.grammar import new_parser
from codemods.rust.spans import Span
from tools.mutation_values import Mutation, Where

_WHOLE = ("_expression", "_declaration", "_statement", "block", "match_arm")
_MARK = re.compile(r"«(.*?)\|(.*?)»", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trap:
    """One marked module. `is_wrong` is false for the controls."""

    name: str
    text: str
    is_wrong: bool = True
    is_wide: bool = False  # the same as one edit of the whole expression or statement around

    @property
    def path(self) -> PurePosixPath:
        """The module's file in the crate of traps."""
        return PurePosixPath("src", f"{self.name}.rs")

    @property
    def before(self) -> str:
        """The module before the edits."""
        return _MARK.sub(r"\1", self.text)

    @property
    def after(self) -> str:
        """The module after the edits."""
        return _MARK.sub(r"\2", self.text)

    @property
    def mutation(self) -> Mutation:
        """The edits, in the coordinates of `before`."""
        edits = self._widened() if self.is_wide else self._marked()
        whole = Span(0, len(self.before.encode()))
        line = self.before.count("\n", 0, edits[0].span.start) + 1
        return Mutation(f"trap: {self.name}", self.path, edits, Where.BODY, whole, line, self.name)

    def _marked(self) -> tuple[Edit, ...]:
        edits, shift = [], 0
        for found in _MARK.finditer(self.text):
            start = len(self.text[: found.start()].encode()) - shift
            old = found[1].encode()
            edits.append(Edit(Span(start, start + len(old)), found[2]))
            shift += len(found[0].encode()) - len(old)
        return tuple(edits)

    def _widened(self) -> tuple[Edit, ...]:
        marked = self._marked()
        span = Span(marked[0].span.start, marked[-1].span.end)
        node = new_parser().parse(self.before.encode()).root_node.descendant_for_byte_range(span.start, span.end)
        while node is not None and (not node.type.endswith(_WHOLE) or Span(node.start_byte, node.end_byte) == span):
            node = node.parent
        if node is None:
            return marked
        is_body = node.parent is not None and node.parent.type == "function_item"
        whole = Span(node.start_byte + is_body, node.end_byte - is_body)  # braces of functions stay
        after = self.after.encode()
        tail = len(self.before.encode()) - whole.end
        return (Edit(whole, after[whole.start : len(after) - tail].decode()),)


def write_crate(folder: Path, traps: tuple[Trap, ...], edition: str) -> None:
    """Lay the crate of `traps` out in `folder`, as it is before the edits."""
    (folder / "src").mkdir(parents=True)
    names = " ".join(f"pub mod {trap.name};" for trap in traps)
    (folder / "src" / "lib.rs").write_text(f"#![allow(warnings, let_underscore_lock)]\n{_ROOT}\n{names}\n")
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "traps"\nversion = "0.1.0"\nedition = "{edition}"\n'
        '[features]\nextra = []\n[dependencies]\none = { package = "twin", path = "one", version = "1" }\n'
        'two = { package = "twin", path = "two", version = "2" }\nlocated = { path = "located" }\n[workspace]\nexclude = ["one", "two", "located"]\n'
    )
    for name, content in _DEPENDENCIES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    for trap in traps:
        (folder / trap.path).write_text(trap.before)


# A module that prints as the crate called `twin` does.
_ROOT = "pub mod twin { pub struct T(pub u32); impl ::two::Size for T { const SIZE: usize = 4; } }"

_DEPENDENCIES = {
    "one/Cargo.toml": '[package]\nname = "twin"\nversion = "1.0.0"\nedition = "2021"\n',
    "one/src/lib.rs": "pub struct T(pub u8);\npub trait Size { const SIZE: usize; }\nimpl Size for T { const SIZE: usize = 1; }\n",
    "two/Cargo.toml": '[package]\nname = "twin"\nversion = "2.0.0"\nedition = "2021"\n',
    "two/src/lib.rs": "pub struct T(pub u64);\npub trait Size { const SIZE: usize; }\nimpl Size for T { const SIZE: usize = 8; }\n",
    "located/Cargo.toml": '[package]\nname = "located"\nversion = "1.0.0"\nedition = "2021"\n',
    "located/src/lib.rs": """\
pub struct Traced(pub u32);
impl From<std::num::ParseIntError> for Traced {
    #[track_caller]
    fn from(_: std::num::ParseIntError) -> Traced { Traced(std::panic::Location::caller().column()) }
}
#[track_caller]
pub fn line() -> u32 { std::panic::Location::caller().line() }
#[macro_export]
macro_rules! thrown_away { ($($any:tt)*) => { () } }
#[cfg(debug_assertions)]
#[macro_export]
macro_rules! release_only { ($($any:tt)*) => { () } }
#[cfg(not(debug_assertions))]
#[macro_export]
macro_rules! release_only { ($($any:tt)*) => { $($any)* } }
""",
}


def _traps(texts: str, is_wrong: bool = True) -> tuple[Trap, ...]:
    """Read `== name` headed texts."""
    parts = re.split(r"^== (\w+)\n", texts, flags=re.MULTILINE)
    return tuple(
        Trap(name, text, is_wrong) for name, text in zip(parts[1::2], parts[2::2], strict=True)
    )


# What looks like something that a comparison masks, but is a value.
_LITERALS = r"""
== literal_span
pub fn f() -> &'static str { "my span: «1|2»" }
== literal_span_only
pub fn f() -> &'static str { "span: «1|2»" }
== literal_hir_id
pub fn f() -> &'static str { "hir_id: «1|2»" }
== literal_alloc_id
pub fn f() -> &'static str { "alloc_id: «1|2»" }
== literal_place
pub fn f() -> &'static str { "src/a.rs:1:2: 3:«4|5» (#0)" }
== literal_closure
pub fn f() -> &'static str { "{closure@src/a.rs:1:2: 3:«4|5»}" }
== literal_at
pub fn f() -> &'static str { "@src/a.rs:1:2: 3:«4|5» (#0)" }
== literal_def_id
pub fn f() -> &'static str { "DefId(0:«5|6» ~ a::b)" }
== literal_node
pub fn f() -> &'static str { "Node(«5|6»)" }
== literal_temp
pub fn f() -> &'static str { "temp_scope_id: «5|6»" }
== literal_hash
pub fn f() -> &'static str { "LocalVarId(#«5|6»)" }
== literal_hirid
pub fn f() -> &'static str { "HirId(DefId(0:3 ~ a::b).«5|6»)" }
== literal_quote
pub fn f() -> &'static str { "\"DefId(0:«5|6» ~ a)" }
== literal_two_quotes
pub fn f() -> &'static str { "\" DefId(0:«5|6» ~ a) \"" }
== literal_backslash
pub fn f() -> &'static str { "\\\" @a:1:1: 1:«5|6»" }
== literal_newline
pub fn f() -> &'static str { "a\n    span: «1|2»,\n" }
== literal_raw
pub fn f() -> &'static str { r#"" DefId(0:«5|6» ~ a) ""# }
== literal_char
pub fn f() -> (char, &'static str) { ('"', "Node(«5|6»)") }
== literal_alloc
pub fn f() -> &'static str { "{alloc«5|6»: &u8}" }
== literal_shadow
pub fn f() -> &'static str { "/tmp/codemod-shadow-«a|b»" }
== literal_dots
pub fn f() -> &'static str { "... «5|6»" }
== format_span
pub fn f(x: u8) -> String { format!("{x} span: «1|2» {x}") }
== format_width
pub fn f(x: u8) -> String { format!("{x:«4|5»}") }
== format_kind
pub fn f(x: u8) -> String { format!("{:«x|X»}", x) }
== format_order
pub fn f(x: u8, y: u8) -> String { format!("{«0|1»} {«1|0»}", x, y) }
== format_argument
pub fn f(x: u8, y: u8) -> String { format!("{«x|y»} {}", x) }
== panic_message
pub fn f(x: u8) { assert!(x > 1, "span: «a|b»") }
== byte_string
pub fn f() -> &'static [u8] { b"ab«c|d»" }
== byte_string_long
pub fn f() -> &'static [u8] { b"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789«c|d»" }
== string_long
pub fn f() -> &'static str { "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 «c|d»" }
== c_string
pub fn f() -> &'static std::ffi::CStr { c"ab«c|d»" }
== byte
pub fn f() -> u8 { b'«a|b»' }
== minus_zero
pub fn f() -> f64 { «|-»0.0 }
== minus
pub fn f() -> i8 { «|-»5 }
== float
pub fn f() -> f64 { 0.1«|0000001» }
== u128
pub fn f() -> u128 { 340282366920938463463374607431768211«455|454» }
== column
pub fn f() -> u32 { «let x = 1; |»column!() }
== line
pub fn f() -> u32 {«
| » line!() }
== line_elsewhere
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> u32 { line!() }
== stringified
pub fn f() -> &'static str { stringify!(a «+|-» b) }
== module_path
pub mod a { pub fn f() -> &'static str { «module_path!()|file!()» } }
== included
pub fn f() -> &'static str { include_str!("«lib|byte».rs") }
== environment
pub fn f() -> &'static str { env!("CARGO_PKG_«NAME|VERSION»") }
"""

# What a printer may leave out.
_OMITTED = r"""
== field_of_pattern
pub struct S { pub a: u8, pub b: u8 }
pub fn f(s: S) -> u8 { let S { «a|b»: x, «b|a»: y } = s; x - y }
== field_shorthand
pub struct S { pub a: u8, pub b: u8 }
pub fn f(s: S) -> u8 { let S { «a, ..|b: a, ..» } = s; a }
== tuple_rest
pub fn f(s: (u8, u8, u8)) -> u8 { let («x, ..|.., x») = s; x }
== tuple_struct_rest
pub struct S(pub u8, pub u8);
pub fn f(s: S) -> u8 { match s { S(«x, ..|.., x») => x } }
== slice_rest
pub fn f(s: [u8; 3]) -> u8 { let [«x, ..|.., x»] = s; x }
== variant_field
pub enum E { A { a: u8, b: u8 }, B }
pub fn f(s: E) -> u8 { if let E::A { «a|b»: x, .. } = s { x } else { 0 } }
== closure_parameter
pub struct S { pub a: u8, pub b: u8 }
pub fn f(s: S) -> u8 { (|S { «a|b»: x, .. }: S| x)(s) }
== parameter_pattern
pub struct S { pub a: u8, pub b: u8 }
pub fn f(s: S) -> u8 { fn g(S { «a|b»: x, .. }: S) -> u8 { x } g(s) }
== assigned_pattern
pub fn f(s: (u8, u8)) -> u8 { let x; («x, _|_, x») = s; x }
== range_pattern
pub fn f(x: u8) -> u8 { match x { 1..«=|»5 => 1, _ => 2 } }
== range_pattern_end
pub fn f(x: u8) -> u8 { match x { 1..=«5|6» => 1, _ => 2 } }
== range_pattern_open
pub fn f(x: u8) -> u8 { match x { «5..|..=5» => 1, _ => 2 } }
== char_pattern
pub fn f(x: char) -> u8 { match x { 'a'..='«y|z»' => 1, _ => 2 } }
== string_pattern
pub fn f(x: &str) -> u8 { match x { "«y|z»" => 1, _ => 2 } }
== bytes_pattern
pub fn f(x: &[u8]) -> u8 { match x { b"«y|z»" => 1, _ => 2 } }
== float_pattern
pub fn f(x: f64) -> u8 { match x { 1.«0|5» => 1, _ => 2 } }
== minus_pattern
pub fn f(x: i8) -> u8 { match x { «|-»5 => 1, _ => 2 } }
== bool_pattern
pub fn f(x: bool) -> u8 { match x { «true|false» => 1, _ => 2 } }
== const_pattern
const A: u8 = 1; const B: u8 = 2;
pub fn f(x: u8) -> u8 { match x { «A|B» => 1, _ => 2 } }
== const_struct_pattern
#[derive(PartialEq, Eq)] pub struct S { a: u8, b: u8 }
const A: S = S { a: 1, b: 2 }; const B: S = S { a: 2, b: 1 };
pub fn f(x: S) -> u8 { match x { «A|B» => 1, _ => 2 } }
== name_or_const
const A: u8 = 1;
pub fn f(x: u8) -> u8 { match x { «A|a» => 1, _ => 2 } }
== or_pattern
pub fn f(x: (u8, u8)) -> u8 { match x { («1|2», a) | (a, 1) => a, _ => 2 } }
== at_pattern
pub fn f(x: u8) -> u8 { match x { a @ «1|2»..=3 => a, _ => 2 } }
== ref_pattern
pub fn f(x: Option<String>) -> usize { match x { Some(«ref |»a) => a.len(), None => 2 } }
== arm_guard
pub fn f(x: u8, y: bool) -> u8 { match x { 1 if «|!»y => 1, _ => 2 } }
== let_else
pub fn f(x: Option<u8>) -> u8 { let Some(a) = x else { return «1|2» }; a }
== let_else_pattern
pub fn f(x: Result<u8, u8>) -> u8 { let «Ok|Err»(a) = x else { return 1 }; a }
== label
pub fn f(x: u8) -> u8 { let mut n = 0; 'a: loop { n += 1; 'b: loop { n += 1; if x > n { break «'a|'b» } } if n > 100 { break } } n }
== label_of_continue
pub fn f(x: u8) -> u8 { let mut n = 0u8; 'a: while n < 100 { n += 1; 'b: while n < 50 { n += 1; if x > n { continue «'a|'b» } } } n }
== labeled_block
pub fn f(x: u8) -> u8 { 'a: { 'b: { if x > 1 { break «'a|'b» 1; } 2 }; 3 } }
== break_value
pub fn f() -> u8 { loop { break «1|2» } }
== inline_const
pub fn f() -> u8 { const { 1 + «1|2» } }
== const_argument
pub fn g<const N: usize>() -> usize { N }
pub fn f() -> usize { g::<«1|2»>() }
== const_block_argument
pub fn g<const N: usize>() -> usize { N }
pub fn f() -> usize { g::<{ 1 + «1|2» }>() }
== const_blocks_swapped
pub fn g<const N: usize>() -> usize { N }
pub fn f() -> usize { g::<{ 1 + «1|2» }>() - g::<{ 1 + «2|1» }>() }
== array_length
pub fn f() -> usize { [0u8; «1|2» + 1].len() }
== repeated
pub fn f() -> [u8; 3] { [«1|2»; 3] }
== discriminant
pub enum E { A = 1, B = 2 }
pub fn f() -> u8 { E::«A|B» as u8 }
== discriminant_inside
pub fn f() -> u8 { enum E { A = «1|2» } E::A as u8 }
== struct_base
pub struct S { a: u8, b: u8 }
pub fn f(x: S, y: S) -> S { S { a: 1, ..«x|y» } }
== struct_fields
pub struct S { a: u8, b: u8 }
pub fn f(x: u8, y: u8) -> S { S { «a|b»: x, «b|a»: y } }
== struct_fields_reordered
pub struct S { a: u8, b: u8 }
fn g() -> u8 { println!("g"); 1 }
fn h() -> u8 { println!("h"); 1 }
pub fn f() -> S { S { «a: g(), b: h()|b: h(), a: g()» } }
== union_field
pub union U { a: u8, b: u8 }
pub fn f() -> U { U { «a|b»: 1 } }
== union_read
pub union U { a: u8, b: i8 }
pub fn f(u: U) -> u8 { unsafe { u.«a|b as u8» } }
== statics
static A: u8 = 1; static B: u8 = 2;
pub fn f() -> u8 { «A|B» }
== static_address
static A: u8 = 1; static B: u8 = 1;
pub fn f() -> *const u8 { &«A|B» }
== static_mut
static mut A: u8 = 1; static mut B: u8 = 1;
pub fn f() { unsafe { «A|B» = 2 } }
== thread_local
thread_local! { static A: u8 = 1; static B: u8 = 2; }
pub fn f() -> u8 { «A|B».with(|x| *x) }
== associated_const
pub trait T { const N: u8; } impl T for u8 { const N: u8 = 1; } impl T for u16 { const N: u8 = 2; }
pub fn f() -> u8 { <«u8|u16» as T>::N }
== asm_template
pub fn f(x: u64) -> u64 { let y: u64; unsafe { std::arch::asm!("mov {0}, {1}", "add {0}, «1|2»", out(reg) y, in(reg) x) }; y }
== asm_template_span
pub fn f() { unsafe { std::arch::asm!("nop // span: «1|2»") } }
== asm_options
pub fn f() { unsafe { std::arch::asm!("nop", options(«nostack|nomem»)) } }
== asm_late
pub fn f(x: u64) -> u64 { let y: u64; unsafe { std::arch::asm!("mov {0}, {1}", «|late»out(reg) y, in(reg) x) }; y }
== asm_register
pub fn f(x: u64) -> u64 { unsafe { std::arch::asm!("nop", in("«rcx|rdx»") x) }; x }
== asm_clobber
pub fn f() { unsafe { std::arch::asm!("nop"«|, clobber_abi("C")») } }
== asm_modifier
pub fn f(x: u64) { unsafe { std::arch::asm!("/* {0«:e|:r»} */", in(reg) x) } }
== asm_const
pub fn f() { unsafe { std::arch::asm!("/* {0} */", const «1|2») } }
== asm_sym
pub fn g() {} pub fn h() {}
pub fn f() { unsafe { std::arch::asm!("/* {0} */", sym «g|h») } }
== raw_borrow
pub fn f(mut x: u8) -> usize { (&raw «const|mut» x) as usize }
== reborrow_of_deref
pub fn f(x: &String) -> usize { std::mem::size_of_val(&*«|*»x) }
== unsafe_block
pub fn f(x: u8) -> u8 { «|unsafe» { x } }
== move_closure
pub fn f(x: u8) -> impl FnMut() -> u8 { let mut y = 0; let mut c = «|move» || { y += 1; y }; c(); drop(c); move || y }
== move_closure_copy
pub fn f() -> u8 { let mut x = 1; { let mut c = «|move »|| x += 1; c(); } x }
== closure_capture
pub struct D(u8); impl Drop for D { fn drop(&mut self) {} }
pub fn f(d: (D, D)) { let c = move || { let _x = &d«|.0»; }; c() }
== async_move
pub fn f(x: u8) -> impl std::future::Future<Output = u8> { let y = x; async move { «y|y + 1» } }
== async_awaited
pub async fn g() -> u8 { 1 }
pub async fn f() -> u8 { let x = g()«.await|»; «x|1» }
== deref_trait
pub struct W(u8); impl std::ops::Deref for W { type Target = u8; fn deref(&self) -> &u8 { &self.0 } }
pub fn f(w: &W) -> usize { std::mem::size_of_val(&*«|*»w) }
== method_of_trait
pub trait A { fn m(&self) -> u8; } pub trait B { fn m(&self) -> u8; }
impl A for u8 { fn m(&self) -> u8 { 1 } } impl B for u8 { fn m(&self) -> u8 { 2 } }
pub fn f(x: u8) -> u8 { «A|B»::m(&x) }
== trait_in_scope
pub mod a { pub trait A { fn m(&self) -> u8; } impl A for u8 { fn m(&self) -> u8 { 1 } } }
pub mod b { pub trait A { fn m(&self) -> u8; } impl A for u8 { fn m(&self) -> u8 { 2 } } }
pub fn f(x: u8) -> u8 { use «a|b»::A; x.m() }
== autoref
pub trait M { fn m(self) -> u8; } impl M for u8 { fn m(self) -> u8 { 1 } } impl M for &u8 { fn m(self) -> u8 { 2 } }
pub fn f(x: u8) -> u8 { («|&»x).m() }
== inherent
pub struct S; pub trait M { fn m(&self) -> u8; } impl M for S { fn m(&self) -> u8 { 1 } } impl S { pub fn m(&self) -> u8 { 2 } }
pub fn f(s: S) -> u8 { «s.m()|M::m(&s)» }
== default_type
pub fn f() -> usize { let v = "1".parse::<«u8|u16»>(); std::mem::size_of_val(&v) }
== inferred_type
pub fn f() -> usize { let v: Vec<«u8|u16»> = Vec::new(); v.capacity() }
== inferred_integer
pub fn f() -> usize { std::mem::size_of_val(&1«u8|u16») }
== cast
pub fn f(x: i32) -> u64 { x«| as u32» as u64 }
== dyn_type
pub fn f() -> Box<dyn std::any::Any> { Box::new(1«u8|i8») }
== fn_pointer
pub fn g() {} pub fn h() {}
pub fn f() -> fn() { «g|h» }
== evaluation_order
pub fn g(a: u8, b: u8) -> u8 { a } pub fn h(x: u8) -> u8 { x }
pub fn f() -> u8 { g(h(«1|2»), h(«2|1»)) }
== overflow
pub fn f(x: u8) -> u8 { x«.wrapping_add(1)| + 1» }
== two_phase
pub fn f(v: &mut Vec<usize>) { «v.push(v.len())|{ let v = &mut *v; let n = v.len(); v.push(n) }» }
"""

# Two things that print alike.
_ALIKE = r"""
== type_of_inner_block
pub fn f() -> usize { struct T(u8); { «{}|{» struct T(u16); «|}» std::mem::size_of::<T>() } }
== function_of_inner_block
pub fn f() -> u8 { fn g() -> u8 { 1 } { «{}|{» fn g() -> u8 { 2 } «|}» g() } }
== const_of_inner_block
pub fn f() -> u8 { const G: u8 = 1; { «{}|{» const G: u8 = 2; «|}» G } }
== static_of_inner_block
pub fn f() -> u8 { static G: u8 = 1; { «{}|{» static G: u8 = 2; «|}» G } }
== variant_of_inner_block
pub fn f() -> u8 { enum E { A = 1 } { «{}|{» enum E { A = 2 } «|}» E::A as u8 } }
== struct_of_inner_block
pub trait N { fn n(&self) -> u8; }
pub fn f() -> u8 { struct T; impl N for T { fn n(&self) -> u8 { 1 } } { «{}|{» struct T; impl N for T { fn n(&self) -> u8 { 2 } } «|}» N::n(&T) } }
== trait_of_inner_block
pub fn f() -> u8 { trait N { const N: u8; } impl N for u8 { const N: u8 = 1; } { «{}|{» trait N { const N: u8; } impl N for u8 { const N: u8 = 2; } «|}» <u8 as N>::N } }
== macro_of_inner_block
pub fn f() -> u8 { macro_rules! m { () => { 1 } } { «{}|{» macro_rules! m { () => { 2 } } «|}» m!() } }
== use_of_inner_block
pub mod a { pub fn x() -> u8 { 1 } } pub mod b { pub fn x() -> u8 { 2 } }
pub fn f() -> u8 { use a::x; { «{}|{» use b::x; «|}» x() } }
== alias_of_inner_block
pub fn f() -> usize { type T = u8; { «{}|{» type T = u16; «|}» std::mem::size_of::<T>() } }
== crate_or_module
pub fn f() -> usize { std::mem::size_of::<«one|two»::T>() }
== twin_const
pub fn f() -> usize { <«one|two»::T as «one|two»::Size>::SIZE }
== twin_value
pub fn f() -> usize { std::mem::size_of_val(&None::<«one|two»::T>) }
== module_like_a_crate
pub fn f() -> usize { std::mem::size_of::<«one::T|crate::twin::T»>() }
== closures_alike
pub fn g<T>(_: T, n: usize) -> usize { std::mem::size_of::<T>() + n }
pub fn f(x: u8, y: u64) -> usize { let a = move || x; let b = move || y; g(«a|b», 0) }
== impls_alike
pub struct A<T>(T); impl A<u8> { pub fn m() -> u8 { 1 } } impl A<u16> { pub fn m() -> u8 { 2 } }
pub fn f() -> u8 { A::<«u8|u16»>::m() }
== opaque_types
pub fn a() -> impl Copy + Into<u64> { 1u8 } pub fn b() -> impl Copy + Into<u64> { 1u16 }
pub fn f() -> usize { std::mem::size_of_val(&«a|b»()) }
== generic_parameters
pub fn f<T, U>() -> usize { std::mem::size_of::<«T|U»>() }
== lifetime_named_alike
pub fn f<'a, 'b>(x: &'a u8, y: &'b u8) -> u8 { *«x|y» }
== self_or_other
pub struct S(u8);
impl S { pub fn f(&self, other: &S) -> u8 { «self|other».0 } }
== upvars
pub fn f(x: u8, y: u8) -> u8 { let c = || «x|y»; c() + x - y }
== upvars_swapped
pub fn f(x: u8, y: u8) -> u8 { let c = || «x|y» - «y|x»; c() }
== closure_variables_swapped
pub fn f(x: u8, y: u8) -> u8 { let c = |a: u8, b: u8| «a|b» - «b|a»; c(x, y) }
== parameters
pub fn f(x: u8, y: u8) -> u8 { «x|y» }
== variables_swapped
pub fn g() -> u8 { 1 }
pub fn f() -> u8 { let «a|b» = g(); let «b|a» = g(); a - b }
== shadowing
pub fn g() -> u8 { 1 }
pub fn f() -> u8 { let a = g(); { let «a|b» = g(); } let b = g(); a }
== shadowing_used
pub fn g() -> u8 { 1 }
pub fn f() -> u8 { let a = g(); let «a|_a» = g(); a }
== hygiene
macro_rules! m { ($x:ident) => { { let a = 1; let $x = 2; a + $x } } }
pub fn f() -> u8 { let a = 5; let b = 6; m!(«a|b») + a }
== nested_functions
pub fn f() -> u8 { fn g() -> u8 { «1|2» } g() }
== sibling_closures
pub fn f() -> u8 { let a = || 1; let b = || 2; («a|b»)() }
== closures_exchanged
pub fn f() -> u8 { let a = || «1|2»; let b = || «2|1»; a() - b() }
"""

# What happens at the end of a scope.
_DROPS = r"""
== guard_scope
pub fn f(m: &std::cell::RefCell<u8>) { «{|» let mut g = m.borrow_mut(); *g = 1; «}|» m.borrow_mut(); }
== mutex_scope
pub fn f(m: &std::sync::Mutex<u8>) -> u8 { «{|» let g = m.lock().unwrap(); let _ = *g; «}|» *m.lock().unwrap() }
== underscore
pub fn f(m: &std::sync::Mutex<u8>) { let _«|g» = m.lock(); println!() }
== underscore_pattern
pub fn f(x: (String, String)) { let (_«|a», b) = x; drop(b); println!() }
== underscore_parameter
pub fn f(x: String) { let c = |_«|a»: &String| (); c(&x) }
== underscore_arm
pub struct D; impl Drop for D { fn drop(&mut self) { println!() } }
pub fn f(x: Option<D>) { match x { Some(_«|d») => {}, None => {} } println!() }
== drop_order
pub struct D(u8); impl Drop for D { fn drop(&mut self) { println!("{}", self.0) } }
pub fn f() { let a = D(«1|2»); let b = D(«2|1»); }
== statement_order
pub struct D(u8); impl Drop for D { fn drop(&mut self) { println!("{}", self.0) } }
pub fn f() { «let a = D(1); let b = D(2);|let b = D(2); let a = D(1);» }
== temporary
pub fn g(m: &std::sync::Mutex<u8>) -> u8 { *m.lock().unwrap() }
pub fn f(m: &std::sync::Mutex<u8>) -> u8 { match «*m.lock().unwrap()|g(m)» { 0 => 1, n => n } }
== temporary_in_block
pub fn f(m: &std::sync::Mutex<u8>) -> u8 { match «|{» *m.lock().unwrap() «|}» { 0 => 1, n => n } }
== temporary_tail
pub struct D; impl Drop for D { fn drop(&mut self) { println!() } } impl D { fn n(&self) -> u8 { 1 } }
pub fn f() -> u8 { let x = D; «|let r =» D.n() «|; r» }
== temporary_extended
pub struct D; impl Drop for D { fn drop(&mut self) { println!() } }
pub fn g(d: &D) -> u8 { 1 }
pub fn f() { let x = «g(&D)|{ let d = &D; g(d) }»; println!() }
== temporary_bound
pub struct D; impl Drop for D { fn drop(&mut self) { println!() } }
pub fn f() { let x = «(&D, 1)|(&D, 1); println!()»; println!() }
== if_let
pub fn f(m: &std::sync::Mutex<Option<u8>>) -> u8 { «if let Some(n) = *m.lock().unwrap() { n } else { 1 }|match *m.lock().unwrap() { Some(n) => n, None => 1 }» }
== drop_call
pub fn f(a: String, b: String) { drop(«a|b»); println!() }
== forgotten
pub fn f(a: String) { std::mem::«drop|forget»(a) }
== moved
pub fn f(a: String) { «|let b = a;» println!() }
== assignment_drops
pub fn f(mut a: String, b: String) -> String { «a = b; a|let a = b; a» }
== loop_scope
pub struct D; impl Drop for D { fn drop(&mut self) { println!() } }
pub fn f() { «|let d = D;» for _ in 0..3 { «let d = D;|» println!() } }
"""

# Places in the source that are values.
_PLACES = r"""
== caller_column
pub fn f() -> u32 { «let a = 1; |»std::panic::Location::caller().column() }
== caller_of_own_function
#[track_caller] pub fn here() -> u32 { std::panic::Location::caller().column() }
pub fn f() -> u32 { «let a = 1; |»here() }
== caller_elsewhere
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> u32 { std::panic::Location::caller().line() }
== caller_of_own_function_elsewhere
#[track_caller] pub fn here() -> u32 { std::panic::Location::caller().line() }
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> u32 { here() }
== caller_of_dependency_elsewhere
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> u32 { located::line() }
== caller_in_closure
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> u32 { (|| std::panic::Location::caller().line())() }
== caller_through_trait
pub trait Here { #[track_caller] fn here(&self) -> u32 { std::panic::Location::caller().line() } } impl Here for u8 {}
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> u32 { 1u8.here() }
== caller_through_operator
pub struct S(pub u32);
impl std::ops::Add for S { type Output = S; #[track_caller] fn add(self, _: S) -> S { S(std::panic::Location::caller().line()) } }
pub fn f() -> u8 {«
| » 1 }
pub fn g() -> S { S(1) + S(2) }
== caller_through_from
pub struct Traced(pub u32);
impl From<std::num::ParseIntError> for Traced { #[track_caller] fn from(_: std::num::ParseIntError) -> Traced { Traced(std::panic::Location::caller().column()) } }
pub fn f(x: &str) -> Result<u8, Traced> { Ok(«r#try!(|»x.parse::<u8>()«)|?») }
== caller_through_from_of_dependency
pub fn f(x: &str) -> Result<u8, located::Traced> { Ok(«r#try!(|»x.parse::<u8>()«)|?») }
== column_behind_upgrade
pub fn f(x: &str) -> Result<u32, std::num::ParseIntError> { «r#try!(|»x.parse::<u8>()«)|?»; Ok(column!()) }
== line_behind_upgrade
pub fn f(x: &str) -> Result<u32, std::num::ParseIntError> { «r#try!(
|»x.parse::<u8>()«
)|?»; Ok(line!()) }
== debug_line
pub fn f(x: u8) -> u8 {«
| » dbg!(x) }
== panic_line
pub fn f(x: u8) -> u8 {«
| » std::panic::catch_unwind(|| 1).unwrap() + line!() as u8 }
"""

# Not compiled here, or thrown away: no dump can say anything of it.
_UNSEEN = r"""
== cfg_statement
pub fn f() -> u8 { #[cfg(windows)] let x = «1|2»; #[cfg(not(windows))] let x = 3; x }
== cfg_feature
pub fn f() -> u8 { #[cfg(feature = "extra")] { return «1|2» } 3 }
== cfg_block
pub fn f() { #[cfg(windows)] { println!("«a|b»") } }
== cfg_arm
pub fn f(x: u8) -> u8 { match x { #[cfg(windows)] 1 => «1|2», _ => 3 } }
== cfg_field
pub struct S { a: u8, #[cfg(windows)] b: u8 }
pub fn f() -> S { S { a: 1, #[cfg(windows)] b: «1|2» } }
== cfg_test
pub fn f() -> u8 { #[cfg(all(test, windows))] return «1|2»; 3 }
== cfg_function_inside
pub fn f() -> u8 { #[cfg(windows)] fn g() -> u8 { «1|2» } 3 }
== cfg_upgrade
pub fn f(x: &str) -> Result<u8, std::num::ParseIntError> { #[cfg(windows)] return Ok(«r#try!(|»x.parse::<u8>()«)|?» + 1); Ok(1) }
== thrown_away
pub fn f() { located::thrown_away!(«1|2») }
== thrown_away_in_debug
pub fn f() -> u8 { located::release_only!(return «1|2»); 3 }
== thrown_away_upgrade
pub fn f(x: &str) -> Result<u8, std::num::ParseIntError> { located::release_only!(return Ok(«r#try!(|»x.parse::<u8>()«)|?»)); Ok(3) }
== unused_macro_arm
macro_rules! m { (a) => { 1 }; (b) => { «2|3» } }
pub fn f() -> u8 { m!(a) }
== unused_macro
macro_rules! m { () => { «2|3» } }
pub fn f() -> u8 { 1 }
== exported_macro
#[macro_export] macro_rules! exported_for_trap { () => { «2|3» } }
pub fn f() -> u8 { 1 }
== stringified_upgrade
pub fn f() -> &'static str { stringify!(«r#try!(|»x«)|?») }
== doc_example
pub fn f() -> u8 {
    /// ```
    /// assert_eq!(1, «1|2»);
    /// ```
    fn g() {} 1 }
== cfg_attribute
pub fn f() -> u8 { #[cfg(«windows|unix»)] return 1; 2 }
== cfg_macro
pub fn f() -> u8 { if cfg!(windows) { «1|2» } else { 3 } }
== generic_never_used
fn f<T: Default>() -> (T, u8) { (T::default(), «1|2») }
== private_never_used
fn f() -> u8 { «1|2» }
== after_return
pub fn f() -> u8 { return 1; «2|3» }
== if_false
pub fn f() -> u8 { if false { return «2|3» } 1 }
"""

# Attributes and items in a body, and what stands outside of bodies.
_ITEMS = r"""
== attribute_inside
pub fn f() -> u8 { #[«inline|cold»] fn g() -> u8 { 1 } g() }
== track_caller_inside
pub fn f() -> u32 { «|#[track_caller]» fn g() -> u32 { std::panic::Location::caller().line() } g() }
== representation_inside
pub fn f() -> usize { «|#[repr(packed)]» struct S(u8, u16); std::mem::size_of::<S>() }
== alignment_inside
pub fn f() -> usize { #[repr(align(«2|4»))] struct S(u8); std::mem::size_of::<S>() }
== derive_inside
pub fn f() -> bool { #[derive(PartialEq, Default«|, Debug»)] struct S(u8); S::default() == S::default() }
== fields_inside
pub fn f() -> usize { #[repr(C)] struct S { «a: u8, b: u8|b: u8, a: u8» } unsafe { std::mem::transmute::<S, [u8; 2]>(S { a: 1, b: 2 })[0] as usize } }
== field_type_inside
pub fn f() -> usize { struct S { a: «u8|u16» } std::mem::size_of::<S>() }
== drop_order_of_fields_inside
pub struct D(u8); impl Drop for D { fn drop(&mut self) { println!("{}", self.0) } }
pub fn f() { struct S { «a: D, b: D|b: D, a: D» } S { a: D(1), b: D(2) }; }
== impl_inside
pub trait N { fn n(&self) -> u8 { 1 } } pub struct S;
pub fn f() -> u8 { impl N for S { «|fn n(&self) -> u8 { 2 }» } S.n() }
== drop_impl_inside
pub struct S;
pub fn f() { «|impl Drop for S { fn drop(&mut self) { println!() } }» S; }
== marker_impl_inside
pub struct S;
pub fn f() { «|impl Copy for S {} impl Clone for S { fn clone(&self) -> S { S } }» S; }
== parameters_inside
pub fn f() -> u8 { fn g(«a|b»: u8, «b|a»: u8) -> u8 { a - b } g(1, 2) }
== abi_inside
pub fn f() -> u8 { «|extern "C"» fn g() -> u8 { 1 } g() }
== link_name_inside
pub fn f() { extern "C" { #[link_name = "«abs|labs»"] fn g(x: i32) -> i32; } unsafe { g(1); } }
== const_inside
pub fn f() -> u8 { const A: u8 = «1|2»; A }
== static_inside
pub fn f() -> u8 { static A: u8 = «1|2»; A }
== static_of_bytes_inside
pub fn f() -> &'static [u8] { static A: [u8; 2] = [1, «1|2»]; &A }
== associated_const_inside
pub trait N { const N: u8 = 1; } pub struct S;
pub fn f() -> u8 { impl N for S { «|const N: u8 = 2;» } S::N }
== default_type_inside
pub fn f() -> usize { struct S<T = «u8|u16»>(T); std::mem::size_of::<S>() }
== alias_inside
pub fn f() -> usize { type T = «u8|u16»; std::mem::size_of::<T>() }
== export_name_inside
pub fn f() { #[export_name = "trap_«a|b»"] pub fn g() {} }
== used_inside
pub fn f() { «|#[used]» static A: u8 = 1; }
== macro_inside
pub fn f() -> u8 { macro_rules! m { () => { «1|2» } } m!() }
== signature_outside
pub fn f(«a|b»: u8, «b|a»: u8) -> u8 { a - b }
== type_outside
pub struct S(«u8|u16»); pub fn f() -> usize { std::mem::size_of::<S>() }
== constant_outside
const A: u8 = «1|2»; pub fn f() -> u8 { A }
== static_outside
static A: u8 = «1|2»; pub fn f() -> u8 { A }
== attribute_outside
«|#[track_caller]» pub fn f() -> u32 { std::panic::Location::caller().line() }
== alignment_outside
«|#[repr(align(8))]» pub struct S(u8); pub fn f() -> usize { std::mem::size_of::<S>() }
== variants_outside
pub enum E { «A, B|B, A» } pub fn f() -> u8 { E::A as u8 }
== import_outside
pub mod a { pub fn x() -> u8 { 1 } } pub mod b { pub fn x() -> u8 { 2 } }
use «a|b»::x; pub fn f() -> u8 { x() }
== default_method_outside
pub trait N { fn n(&self) -> u8 { 1 } } pub struct S; impl N for S { «|fn n(&self) -> u8 { 2 }» }
pub fn f() -> u8 { S.n() }
== where_outside
pub fn f<T«|: Copy»>(x: T) -> u8 { 1 }
"""

# What is nearly a `try!`.
_NEARLY = r"""
== try_without_from
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «match g() { Ok(v) => v, Err(e) => return Err(e + 1) }|g()?»; Ok(v) }
== try_other_variable
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f(w: u8) -> Result<u8, u8> { let v = «match g() { Ok(v) => w, Err(e) => return Err(From::from(e)) }|g()?»; Ok(v) }
== try_other_error
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f(w: u8) -> Result<u8, u8> { let v = «match g() { Ok(v) => v, Err(e) => return Err(From::from(w)) }|g()?»; Ok(v) }
== try_twice_from
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u32> { let v = «match g() { Ok(v) => v, Err(e) => return Err(From::from(u16::from(e))) }|g()?»; Ok(v) }
== try_returns_ok
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «match g() { Ok(v) => v, Err(e) => return Ok(From::from(e)) }|g()?»; Ok(v) }
== try_value_changed
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «match g() { Ok(v) => v + 1, Err(e) => return Err(From::from(e)) }|g()?»; Ok(v) }
== try_side_effect
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «match g() { Ok(v) => v, Err(e) => { println!(); return Err(From::from(e)) } }|g()?»; Ok(v) }
== try_guard
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f(b: bool) -> Result<u8, u8> { let v = «match g() { Ok(v) if b => v, Ok(_) => 1, Err(e) => return Err(From::from(e)) }|g()?»; Ok(v) }
== try_breaks
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let r = 'a: { let v = «match g() { Ok(v) => v, Err(e) => break 'a Err(From::from(e)) }|g()?»; Ok(v + 1) }; println!(); r }
== try_panics
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «match g() { Ok(v) => v, Err(e) => panic!() }|g()?»; Ok(v) }
== try_in_closure
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «g()?|(|| Ok::<u8, u8>(g()?))()?»; Ok(v) }
== try_own_result
pub mod std { pub mod result { pub enum Result<T, E> { Ok(T), Err(E) } } }
pub trait Make { fn make() -> Self; }
impl Make for std::result::Result<u8, u8> { fn make() -> Self { std::result::Result::Ok(1) } }
impl Make for ::std::result::Result<u8, u8> { fn make() -> Self { ::std::result::Result::Ok(2) } }
pub fn f() -> ::std::result::Result<u8, u8> { let v = «match <std::result::Result<u8, u8> as Make>::make() { std::result::Result::Ok(v) => v, std::result::Result::Err(e) => return Err(From::from(e)) }|<::std::result::Result<u8, u8> as Make>::make()?»; Ok(v) }
== try_own_from
pub trait From<T> { fn from(value: T) -> Self; } impl From<u8> for u8 { fn from(value: u8) -> u8 { value + 1 } }
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «match g() { Ok(v) => v, Err(e) => return Err(From::from(e)) }|g()?»; Ok(v) }
== try_own_macro
macro_rules! attempt { ($e:expr) => { match $e { Ok(v) => v, Err(e) => { println!(); return Err(From::from(e)) } } } }
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «attempt!(|»g()«)|?»; Ok(v) }
== try_option
pub fn g() -> Option<u8> { None }
pub fn f() -> Option<u8> { let v = «match g() { Some(v) => v + 1, None => return None }|g()?»; Some(v) }
== try_precedence
pub struct W; impl std::ops::Add<u8> for W { type Output = Result<u8, u8>; fn add(self, x: u8) -> Result<u8, u8> { Ok(x) } }
impl std::ops::Add<Result<u8, u8>> for W { type Output = Result<u8, u8>; fn add(self, x: Result<u8, u8>) -> Result<u8, u8> { x } }
pub fn w() -> Result<u8, u8> { Err(1) }
pub fn f() -> Result<u8, u8> { let v = «r#try!(W + w())|(W + w()?)?»; Ok(v) }
== try_argument
pub fn g() -> Result<Result<u8, u8>, u8> { Ok(Ok(1)) }
pub fn id<T>(x: T) -> T { x }
pub fn f() -> Result<Result<u8, u8>, u8> { Ok(«r#try!(id(g()))|id(g()?)») }
== try_reference
pub struct E; impl<'a> From<&'a u8> for E { fn from(_: &'a u8) -> E { E } }
pub fn f(r: &Result<u8, u8>) -> Result<u8, E> { Ok(*«match r { Ok(v) => v, Err(e) => return Err(From::from(e)) }|r.as_ref()?») }
== try_operand_scope
pub fn f(m: &::std::sync::Mutex<Result<u8, u8>>) -> Result<u8, u8> { let v = «r#try!(|{ let x = »*m.lock().unwrap()«)|; x }?»; Ok(v) }
== try_wrong_side
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «r#try!(g())|match g() { Err(v) => v, Ok(e) => return Err(From::from(e)) }»; Ok(v) }
== try_into
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u16> { let v = «r#try!(|»g()«)|.map_err(u16::from)?»; Ok(v) }
== try_other_target
pub struct A; pub struct B; impl From<u8> for A { fn from(_: u8) -> A { A } } impl From<A> for B { fn from(_: A) -> B { B } } impl From<u8> for B { fn from(_: u8) -> B { B } }
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, B> { let v = «r#try!(|»g()«)|.map_err(A::from)?»; Ok(v) }
"""

# Right rewrites: at least the typed tree of these is the same.
_RIGHT = r"""
== right_plain
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let v = «r#try!(|»g()«)|?»; Ok(v) }
== right_nested
pub fn g(x: u8) -> Result<u8, u8> { Ok(x) }
pub fn f() -> Result<u8, u8> { Ok(«r#try!(|»g(«r#try!(|»g(1)«)|?»)«)|?») }
== right_conversion
pub fn f(x: &str) -> Result<u8, Box<dyn ::std::error::Error>> { Ok(«r#try!(|»x.parse::<u8>()«)|?») }
== right_precedence
pub struct W; impl ::std::ops::Add<u8> for W { type Output = Result<u8, u8>; fn add(self, x: u8) -> Result<u8, u8> { Ok(x) } }
pub fn f() -> Result<u8, u8> { let v = «r#try!(W + 1)|(W + 1)?»; Ok(v) }
== right_closure
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let c = || -> Result<u8, u8> { Ok(«r#try!(|»g()«)|?») }; c() }
== right_async
pub fn g() -> Result<u8, u8> { Ok(1) }
pub async fn f() -> Result<u8, u8> { Ok(«r#try!(|»g()«)|?») }
== right_generic
pub fn f<T, E, F: From<E>>(x: Result<T, E>) -> Result<T, F> { Ok(«r#try!(|»x«)|?») }
== right_guard_temporary
pub fn f(m: &::std::sync::Mutex<Result<u8, u8>>) -> Result<u8, u8> { let v = «r#try!(|(»*m.lock().unwrap()«)|)?»; Ok(v) }
== right_comment
pub fn f(x: u8) -> u8 { «|/* nothing */ »x }
== right_layout
pub fn f(x: u8) -> u8 { x«|  »+ 1 }
== right_parentheses
pub fn f(x: u8) -> u8 { «|(»x + 1«|)» }
== right_written_out
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u16> { let v = «match g() { Ok(v) => v, Err(e) => return Err(From::from(e)) }|g()?»; Ok(v) }
== right_loop
pub fn g() -> Result<u8, u8> { Ok(1) }
pub fn f() -> Result<u8, u8> { let mut n = 0; 'a: loop { n += «r#try!(|»g()«)|?»; if n > 9 { break 'a } } Ok(n) }
"""

WRONG = tuple(
    trap
    for texts in (_LITERALS, _OMITTED, _ALIKE, _DROPS, _PLACES, _UNSEEN, _ITEMS, _NEARLY)
    for trap in _traps(texts)
)
RIGHT = _traps(_RIGHT, is_wrong=False)
TRAPS = WRONG + RIGHT
WIDE = tuple(replace(trap, is_wide=True) for trap in TRAPS)

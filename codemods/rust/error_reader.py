"""The Rust that reads errors: which traits to ask, in which order, and how a note of one is written.

A note is a line of fields with tabs between, `\\`, tab and line breaks escaped: the number of the place, the
thread, the error's type, the first line of its `{:?}`; then each link of its chain as `S` and its text,
and, where the deprecated `cause()` of std leads elsewhere, each of those links as `C` and its text. Where
nothing here can read the error there is no link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MODULE = "codemod_errors"
LINKS = 32  # of one chain, so that one that goes in circles ends
NOTES = 200  # of one place in one thread

_COMMON = r"""
#[allow(warnings)] mod codemod_errors { pub extern crate std as codemod_std;
use self::codemod_std::prelude::v1::*;
use self::codemod_std::fmt::{Debug, Display};
use self::codemod_std::error::Error as CodemodStd;
use self::codemod_std::ops::Deref as CodemodDeref;
pub struct Seen<'a, T: 'a>(pub &'a T);
pub fn run<R, F: FnOnce() -> R>(body: F) -> R { body() }
pub fn typed<R, F: codemod_std::future::Future<Output = R>>(body: F) -> F { body }
codemod_std::thread_local! {
static BUSY: codemod_std::cell::Cell<bool> = codemod_std::cell::Cell::new(false);
static COUNTS: codemod_std::cell::RefCell<codemod_std::collections::BTreeMap<u32, u32>>
= codemod_std::cell::RefCell::new(codemod_std::collections::BTreeMap::new()); }
fn is_free(number: u32) -> bool {
COUNTS.try_with(|all| { let mut all = all.borrow_mut(); let count = all.entry(number).or_insert(0);
*count += 1; *count <= @NOTES@ }).unwrap_or(false)
&& BUSY.try_with(|busy| !busy.replace(true)).unwrap_or(false) }
fn field(line: &mut String, kind: &str, text: &str) { line.push_str("\t"); line.push_str(kind);
for c in text.chars() { match c { '\\' => line.push_str("\\\\"), '\t' => line.push_str("\\t"),
'\n' => line.push_str("\\n"), '\r' => line.push_str("\\r"), c => line.push(c) } } }
fn note(number: u32, kind: &str, debug: String, links: Vec<String>, causes: Vec<String>) {
let thread = codemod_std::thread::current();
let mut line = number.to_string(); field(&mut line, "", thread.name().unwrap_or(""));
field(&mut line, "", kind); field(&mut line, "", debug.lines().next().unwrap_or(""));
for text in &links { field(&mut line, "S", text) }
if causes != links { for text in &causes { field(&mut line, "C", text) } }
line.push_str("\n");
if let Ok(mut file) = codemod_std::fs::OpenOptions::new().append(true).create(true).open(@PATH@) {
let _ = codemod_std::io::Write::write_all(&mut file, line.as_bytes()); }
let _ = BUSY.try_with(|busy| busy.set(false)); }
fn read_nothing(number: u32, kind: &str) {
if is_free(number) { note(number, kind, String::new(), Vec::new(), Vec::new()); } }
fn read_std<S: CodemodStd + ?Sized>(number: u32, kind: &str, debug: &Debug_, error: &S) {
if !is_free(number) { return; }
let (mut links, mut causes) = (Vec::new(), Vec::new()); links.push(error.to_string());
causes.push(links[0].clone());
let mut next = error.source();
while let Some(link) = next { if links.len() >= @LINKS@ { break; }
links.push(link.to_string()); next = link.source(); }
let mut next = error.cause();
while let Some(link) = next { if causes.len() >= @LINKS@ { break; }
causes.push(link.to_string()); next = link.cause(); }
note(number, kind, codemod_std::format!("{:?}", debug), links, causes); }
"""

_TRAIT = r"""
extern crate @CRATE@ as codemod_crate_@N@; use self::codemod_crate_@N@::@PATH@ as CodemodTrait@N@;
fn read_@N@(number: u32, kind: &str, debug: &Debug_, error: &dyn CodemodTrait@N@) {
if !is_free(number) { return; }
let mut links = Vec::new(); links.push(error.to_string());
let mut next = CodemodTrait@N@::@CAUSE@(error);
while let Some(link) = next { if links.len() >= @LINKS@ { break; } links.push(link.to_string());
next = CodemodTrait@N@::@CAUSE@(link); }
let causes = links.clone(); note(number, kind, codemod_std::format!("{:?}", debug), links, causes); }
"""
# What a value may be, and how one gets from there to the error in it.
_SHAPES = (
    ("Result<T, E>", "<'a, T, E>", "if let Err(ref e) = *self.0"),
    ("Option<Result<T, E>>", "<'a, T, E>", "if let Some(Err(ref e)) = *self.0"),
    ("E", "<'a, E>", "let e: &E = self.0;"),
)


def reader_levels(traits: Sequence[tuple[str, str, str]]) -> int:
    """Return by how many references a value must be seen for the most special reader to be found first."""
    return len(_SHAPES) * (3 + 2 * len(traits))


def reader_module(notes: str, traits: Sequence[tuple[str, str, str]]) -> str:
    """Return the module, on one line, that notes errors in the file `notes`; see `helper_edit`."""
    path = '"' + notes.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = _COMMON.replace("@PATH@", path)
    for number, (crate, trait, cause) in enumerate(traits):
        own = _TRAIT.replace("@CRATE@", crate).replace("@PATH@", trait).replace("@CAUSE@", cause)
        text += own.replace("@N@", str(number))
    text += "".join(_levels(traits))
    text = text.replace("&Debug_", "&dyn Debug").replace("@LINKS@", str(LINKS)).replace("@NOTES@", str(NOTES))
    return " ".join(text.split("\n")) + "}"


def _levels(traits: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield the traits by which method lookup finds the reader that fits: one for each depth of `&`."""
    depth = reader_levels(traits) - 1
    for bounds, call in _readers(len(traits)):
        for shape, generics, find in _SHAPES:
            look = f"{{ {call} }}" if find.startswith("if") else call
            body = f"fn codemod_see(&self, number: u32) {{ {find} {look} }}"
            yield _level(depth, generics, shape, f"where E: {bounds}" if bounds else "", body)
            depth -= 1


def _readers(traits: int) -> Iterator[tuple[str, str]]:
    kind = "codemod_std::any::type_name::<E>()"
    yield "Debug + CodemodStd", f"read_std(number, {kind}, e, e);"
    yield "Debug + CodemodDeref, E::Target: CodemodStd", f"read_std(number, {kind}, e, &**e);"
    for number in range(traits):
        trait = f"CodemodTrait{number}"
        yield f"Debug + {trait}", f"read_{number}(number, {kind}, e, e);"
        yield f"Debug + AsRef<dyn {trait}>", f"read_{number}(number, {kind}, e, e.as_ref());"
    yield "", f"read_nothing(number, {kind});"


def _level(depth: int, generics: str, shape: str, where: str, body: str) -> str:
    head = f"pub trait CodemodSee{depth} {{ fn codemod_see(&self, number: u32); }}"
    return (
        f"{head} impl{generics} CodemodSee{depth} for {'&' * depth}Seen<'a, {shape}> {where} {{ {body} }}\n"
    )

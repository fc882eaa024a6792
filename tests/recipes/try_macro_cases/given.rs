#![allow(warnings)]
use std::ops::*;

pub fn g() -> Result<i32, String> { Ok(1) }
pub fn h() -> Result<(), String> { Ok(()) }
pub fn b() -> Result<bool, String> { Ok(true) }
pub fn bad() -> Result<i32, &'static str> { Err("bad") }
pub fn gg() -> Result<Result<i32, String>, String> { Ok(Ok(1)) }
pub fn ggg() -> Result<Result<Result<i32, String>, String>, String> { Ok(Ok(Ok(1))) }
pub fn pair() -> Result<(i32, i32), String> { Ok((1, 2)) }
pub fn list() -> Result<Vec<i32>, String> { Ok(vec![1, 2]) }
pub fn text() -> Result<String, String> { Ok(String::from("x")) }
pub fn function() -> Result<fn(i32) -> i32, String> { fn id(x: i32) -> i32 { x } Ok(id) }
pub fn of<A, B>(a: A, b: B) -> Result<A, String> { drop(b); Ok(a) }

pub type R = Result<i32, String>;
pub trait Is { fn is(&self, expected: &str) -> Result<i32, String>; }
impl<T: std::fmt::Debug> Is for T {
    fn is(&self, expected: &str) -> Result<i32, String> {
        let found = format!("{:?}", self);
        if found == expected { Ok(0) } else { Err(found) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct S { pub a: bool }
impl S {
    pub fn c(&self) -> Result<bool, String> { Ok(self.a) }
    pub fn inner(self) -> S { self }
}

/// Its operators give results.
#[derive(Debug, Clone, Copy)]
pub struct N(pub i32);
macro_rules! operators {
    ($($tr:ident $method:ident $op:tt),*) => { $(
        impl $tr for N { type Output = R; fn $method(self, other: N) -> R { Ok(self.0 $op other.0) } }
    )* };
}
operators!(Add add +, Sub sub -, Mul mul *, Div div /, Rem rem %, BitAnd bitand &, BitOr bitor |,
    BitXor bitxor ^, Shl shl <<, Shr shr >>);
impl Neg for N { type Output = R; fn neg(self) -> R { Ok(-self.0) } }
impl Not for N { type Output = R; fn not(self) -> R { Ok(!self.0) } }

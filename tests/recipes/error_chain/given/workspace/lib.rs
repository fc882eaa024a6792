//! A library whose errors another package links.
#[macro_use]
extern crate error_chain;

pub mod errors {
    error_chain! {
        foreign_links {
            Number(::std::num::ParseIntError);
        }
        errors {
            Negative(n: i64) {
                description("a negative number")
                display("{} is negative", n)
            }
        }
    }
}

use errors::*;

pub fn parse(text: &str) -> Result<i64> {
    let n: i64 = text.trim().parse()?;
    ensure!(n >= 0, ErrorKind::Negative(n));
    Ok(n)
}

pub fn named(text: &str) -> Result<i64> {
    parse(text).chain_err(|| format!("no number: {:?}", text))
}

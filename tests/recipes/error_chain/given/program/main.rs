// A program that shows its errors and looks into none of them.
use error_chain::quick_main;
use std::env;

use crate::errors::{Result, ResultExt};

mod errors;
mod work;

quick_main!(run);

fn run() -> Result<i32> {
    let what = env::var("WHAT").chain_err(|| "WHAT is not set {}")?;
    work::report(&what);
    work::run(&what).chain_err(move || format!("cannot do {:?}", what))?;
    Ok(3)
}

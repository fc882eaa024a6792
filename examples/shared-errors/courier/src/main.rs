//! `courier TIMETABLE PLACE PLACE…`: how long a way takes.

use std::env;
use std::process;

use failure::{format_err, Error, ResultExt};
use routes::Timetable;

fn main() {
    match run() {
        Ok(minutes) => println!("{} minutes", minutes),
        Err(error) => {
            complain(&error);
            process::exit(1);
        }
    }
}

fn run() -> Result<u32, Error> {
    let mut arguments = env::args().skip(1);
    let path = arguments
        .next()
        .ok_or_else(|| format_err!("usage: courier TIMETABLE PLACE PLACE…"))?;
    let places: Vec<String> = arguments.collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let table = Timetable::read(&path).context("there is no plan")?;
    let minutes = table.along(&places)?;
    Ok(minutes)
}

fn complain(error: &Error) {
    eprintln!("error: {}", error);
    for cause in error.iter_causes() {
        eprintln!("  because: {}", cause);
    }
}

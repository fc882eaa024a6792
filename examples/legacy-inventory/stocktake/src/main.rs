//! Counts the stock list that is named on the command line.

extern crate inventory;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process;
use std::sync::{Once, ONCE_INIT};

use inventory::{Line, Report, Table};

static START: Once = ONCE_INIT;

fn usage() -> Box<Error> {
    From::from("usage: stocktake LIST [--table]")
}

fn report(name: Option<&str>) -> Result<Box<Report>, Box<Error>> {
    match name {
        None => Ok(Box::new(Line)),
        Some("--table") => Ok(Box::new(Table { width: 24 })),
        Some(_) => Err(usage()),
    }
}

fn run(arguments: &[String]) -> Result<(), Box<Error>> {
    let path = try!(arguments.get(1).ok_or_else(usage));
    let report = try!(report(arguments.get(2).map(|text| text.as_str())));
    let shelf = try!(inventory::read_file(path));
    let out = io::stdout();
    try!(report.write(&shelf, &mut out.lock()));
    // The printer in the shop wants the sum as it always was.
    try!(writeln!(out.lock(), "{}", shelf.worth())); // codemod: keep(try-macro): diffed against the printer's fork
    Ok(())
}

fn main() {
    START.call_once(|| {
        env::set_var("LC_NUMERIC", "C");
    });
    let arguments: Vec<String> = env::args().collect();
    if let Err(error) = run(&arguments) {
        let _ = writeln!(io::stderr(), "stocktake: {}", error);
        process::exit(1);
    }
}

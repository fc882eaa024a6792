use std::error::Error;
use std::io::Write;

use shelf::Shelf;

/// A way to write a shelf down.
pub trait Report {
    fn line(&self, &str, u32) -> String;

    fn write(&self, shelf: &Shelf, out: &mut Write) -> Result<(), Box<Error>> {
        for item in shelf.items() {
            try!(writeln!(out, "{}", self.line(&item.name, item.quantity)));
        }
        try!(out.flush().map_err(Box::new));
        Ok(())
    }
}

/// One item a line, with nothing round it.
pub struct Line;

/// Names on the left, quantities on the right.
pub struct Table {
    pub width: usize,
}

impl Report for Line {
    fn line(&self, name: &str, quantity: u32) -> String {
        format!("{} {}", quantity, name)
    }
}

impl Report for Table {
    fn line(&self, name: &str, quantity: u32) -> String {
        format!("{:<width$} {:>6}", name, quantity, width = self.width)
    }
}

extern crate inventory;

use std::error::Error;

use inventory::{Line, Report, Shelf, Table};

fn shelf() -> Result<Shelf, Box<Error>> {
    let shelf = try!(inventory::read("# stock\nbolt;12;0.25\n\nnut;7;0.10\nbolt;3;0.25\n".as_bytes()));
    Ok(shelf)
}

fn written(report: &Report) -> Result<String, Box<Error>> {
    let mut out = Vec::new();
    try!(report.write(&try!(shelf()), &mut out));
    Ok(try!(String::from_utf8(out)))
}

#[test]
fn the_same_item_is_counted_together() {
    let mut shelf = shelf().unwrap();

    assert_eq!(shelf.worth().to_string(), "4.45");
    assert_eq!(shelf.take("bolt", 20), 15);
    assert_eq!(shelf.len(), 1);
}

#[test]
fn reports_are_written_in_the_order_of_the_list() {
    assert_eq!(written(&Line).unwrap(), "15 bolt\n7 nut\n");
    assert_eq!(written(&Table { width: 6 }).unwrap(), "bolt       15\nnut         7\n");
}

#[test]
fn a_bad_line_is_an_error() {
    fn read() -> Result<usize, Box<Error>> {
        assert!(try!(inventory::read("nut;7;0.10".as_bytes())).len() == 1);
        Ok(try!(inventory::read("nut;seven;0.10".as_bytes())).len())
    }

    assert_eq!(read().unwrap_err().to_string(), "no quantity: invalid digit found in string");
}

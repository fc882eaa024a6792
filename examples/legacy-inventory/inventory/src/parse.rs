use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use error::StockError;
use shelf::Shelf;
use price::{parse_price, Price};

/// One line of a stock list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub quantity: u32,
    pub price: Price,
}

/// Reads the stock list in a file.
///
/// ```no_run
/// fn main() {
///     fn count() -> Result<usize, inventory::StockError> {
///         let shelf = try!(inventory::read_file("stock.csv"));
///         Ok(shelf.len())
///     }
///     println!("{:?}", count());
/// }
/// ```
pub fn read_file<P: AsRef<Path>>(path: P) -> Result<Shelf, StockError> {
    read(try!(File::open(path)))
}

/// Reads a stock list; empty lines and those that begin with `#` are passed over.
pub fn read<R: Read>(source: R) -> Result<Shelf, StockError> {
    let mut shelf = Shelf::new();
    for line in BufReader::new(source).lines() {
        let line = try!(line);
        let line = line.trim_left();
        if line.is_empty() || line.starts_with("#") {
            continue;
        }
        shelf.put(try!(parse_item(line)));
    }
    Ok(shelf)
}

/// Reads one line.
pub fn parse_item(line: &str) -> Result<Item, StockError> {
    let mut fields = line.split(';');
    let name = try!(fields.next().ok_or(StockError::Missing("name")));
    let quantity = number!(fields, "quantity");
    let price = try!(parse_price(
        // the last field may be followed by a remark
        try!(fields.next().ok_or(StockError::Missing("price"))).trim(),
    ));
    Ok(Item {
        name: name.trim().to_string(),
        quantity: quantity,
        price: price,
    })
}

/// Reads a line of quantities, as shops send them in the evening.
pub fn parse_quantities(line: &str) -> Result<Vec<u32>, StockError> {
    let quantities: Vec<u32> = try!(line.split(',').map(|text| text.trim().parse::<u32>()).collect());
    Ok(quantities)
}

#[cfg(windows)]
pub fn read_share(name: &str) -> Result<Shelf, StockError> {
    read(try!(File::open(format!("\\\\stock\\{}", name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_read() {
        let item = parse_item("bolt; 12; 0.25").unwrap();

        assert_eq!(item.name, "bolt");
        assert_eq!(item.quantity, 12);
    }

    #[test]
    fn a_missing_field_is_named() {
        let error = parse_item("bolt").unwrap_err();

        assert_eq!(error.to_string(), "a field is missing: quantity");
    }

    #[test]
    fn quantities_are_read() {
        assert_eq!(parse_quantities("1, 2,3").unwrap(), [1, 2, 3]);
        assert!(parse_quantities("1, two").is_err());
    }
}

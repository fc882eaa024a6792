//! The lists of the old till: `12 x bolt @ 25`.

use error::StockError;
use parse::Item;
use price::Price;

/// Reads one line of the till.
pub fn parse_sale(line: &str) -> Result<Item, StockError> {
    let mut words = line.split_whitespace();
    let quantity = number!(words, "quantity");
    let name = try!(words.nth(1).ok_or(StockError::Missing("name")));
    let cents: i64 = try!(words.nth(1).unwrap_or("0").parse());
    Ok(Item { name: name.to_string(), quantity: quantity, price: Price(cents) })
}

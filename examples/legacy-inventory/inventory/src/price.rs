//! Prices, and the signs that stand before them.

use std::fmt;

use error::StockError;

/// A price in cents.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Price(pub i64);

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Reads a price, with an optional unit before it: `0.25`, `€0.25`.
pub fn parse_price(text: &str) -> Result<Price, StockError> {
    let amount = match text.chars().next() {
        Some('0'...'9') | Some('-') => text,
        Some(unit) if is_currency(unit) => &text[unit.len_utf8()..],
        Some(other) => return Err(StockError::Unit(other)),
        None => return Err(StockError::Missing("price")),
    };
    let cents = try!(amount.parse::<f64>()) * 100.0;
    Ok(Price(cents.round() as i64))
}

fn is_currency(unit: char) -> bool {
    match unit {
        '$' | '\u{a2}'...'\u{a5}' | '\u{20a0}'...'\u{20bf}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_in_cents() {
        assert_eq!(parse_price("0.25").unwrap(), Price(25));
        assert_eq!(parse_price("\u{20ac}1.50").unwrap(), Price(150));
        assert!(parse_price("x1").is_err());
    }
}

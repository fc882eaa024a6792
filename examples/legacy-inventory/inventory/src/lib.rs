//! Stock lists: one item a line, `name;quantity;price`.
//!
//! ```
//! # use std::error::Error;
//! # fn count() -> Result<(), Box<Error>> {
//! let shelf = try!(inventory::read("bolt;12;0.25\nnut;7;0.10\n".as_bytes()));
//! assert_eq!(shelf.len(), 2);
//! # Ok(())
//! # }
//! # count().unwrap();
//! ```

#[macro_use]
mod macros;

mod error;
mod parse;
mod report;
mod shelf;
#[cfg(feature = "till")]
mod till;
mod price;

pub use error::StockError;
pub use parse::{parse_item, parse_quantities, read, read_file, Item};
pub use report::{Line, Report, Table};
pub use shelf::Shelf;
pub use price::{parse_price, Price};
#[cfg(feature = "till")]
pub use till::parse_sale;

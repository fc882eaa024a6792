use std::error::Error;
use std::fmt;
use std::io;
use std::num::{ParseFloatError, ParseIntError};

/// Why a stock list could not be read.
#[derive(Debug)]
pub enum StockError {
    Io(io::Error),
    Quantity(ParseIntError),
    Price(ParseFloatError),
    Missing(&'static str),
    Unit(char),
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match *self {
            StockError::Io(ref error) => write!(f, "the list cannot be read: {}", error),
            StockError::Quantity(ref error) => write!(f, "no quantity: {}", error),
            StockError::Price(ref error) => write!(f, "no price: {}", error),
            StockError::Missing(name) => {
                try!(f.write_str("a field is missing: "));
                f.write_str(name)
            }
            StockError::Unit(unit) => write!(f, "no unit: {:?}", unit),
        }
    }
}

impl Error for StockError {
    fn description(&self) -> &str {
        match *self {
            StockError::Io(_) => "the list cannot be read",
            StockError::Quantity(_) => "no quantity",
            StockError::Price(_) => "no price",
            StockError::Missing(_) => "a field is missing",
            StockError::Unit(_) => "no unit",
        }
    }

    fn cause(&self) -> Option<&Error> {
        match *self {
            StockError::Io(ref error) => Some(error),
            StockError::Quantity(ref error) => Some(error),
            StockError::Price(ref error) => Some(error),
            StockError::Missing(_) | StockError::Unit(_) => None,
        }
    }
}

impl From<io::Error> for StockError {
    fn from(error: io::Error) -> StockError {
        StockError::Io(error)
    }
}

impl From<ParseIntError> for StockError {
    fn from(error: ParseIntError) -> StockError {
        StockError::Quantity(error)
    }
}

impl From<ParseFloatError> for StockError {
    fn from(error: ParseFloatError) -> StockError {
        StockError::Price(error)
    }
}

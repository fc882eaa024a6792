//! What can go wrong, in words that all members share.

use std::io;
use std::num::ParseIntError;

use failure::{Error, Fail};

/// What most functions of the members return.
pub type Outcome<T> = Result<T, Error>;

/// A timetable that cannot be read.
#[derive(Debug, Fail)]
#[fail(display = "cannot read {:?}", path)]
pub struct ReadError {
    path: String,
    #[cause]
    cause: io::Error,
}

impl ReadError {
    /// Return the error of reading `path`.
    pub fn new(path: &str, cause: io::Error) -> Self {
        let path = path.to_string();
        ReadError { path, cause }
    }
}

/// A timetable that makes no sense.
#[derive(Debug, Fail)]
pub enum RouteError {
    /// A line is not made of three fields.
    #[fail(display = "a route is {{from;to;minutes}}, not {} field(s)", _0)]
    Fields(usize),

    /// The last field is not a number.
    #[fail(display = "{1:?} is no number of minutes ({0})", _1, _0)]
    Minutes(String, #[cause] ParseIntError),

    /// No route leads there.
    #[fail(display = "nobody goes from {} to {}", from, to)]
    Unreachable { from: String, to: String },
}

/// Return the words for an error and for all that caused it, outermost first.
pub fn story(error: &Error) -> String {
    let words: Vec<String> = error.iter_chain().map(|link| link.to_string()).collect();
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_they_always_said() {
        let minutes = "x".parse::<u32>().unwrap_err();
        assert_eq!(
            RouteError::Fields(2).to_string(),
            "a route is {from;to;minutes}, not 2 field(s)"
        );
        assert_eq!(
            RouteError::Minutes("x".to_string(), minutes).to_string(),
            "\"x\" is no number of minutes (invalid digit found in string)"
        );
    }

    #[test]
    fn a_story_tells_the_cause_too() {
        let cause = io::Error::new(io::ErrorKind::NotFound, "no such file");
        let error = Error::from(ReadError::new("plan.txt", cause));

        assert_eq!(story(&error), "cannot read \"plan.txt\": no such file");
    }
}

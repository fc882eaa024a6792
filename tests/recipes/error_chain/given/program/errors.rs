//! The errors of this program.

use error_chain::error_chain;

error_chain! {
    foreign_links {
        Io(std::io::Error); // files
        Number(std::num::ParseIntError);
        Fmt(std::fmt::Error) #[cfg(test)];
    }
}

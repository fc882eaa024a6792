/// The next field of a line, as a number.
macro_rules! number {
    ($fields:expr, $name:expr) => {{
        let text = try!($fields.next().ok_or(::error::StockError::Missing($name)));
        try!(text.trim().parse())
    }};
}

//! Weights as the old scales print them: `1kg250`.

/// Gives back the text that is no number: no error value, and no conversion.
macro_rules! try {
    ($text:ident) => {
        match $text.parse::<u32>() {
            Ok(number) => number,
            Err(_) => return Err($text),
        }
    };
}

/// Reads a weight in grams, or returns what could not be read.
///
/// ```
/// assert_eq!(scales::grams("1kg250"), Ok(1250));
/// assert_eq!(scales::grams("1kg"), Err(""));
/// assert_eq!(scales::grams("heavy"), Err("heavy"));
/// ```
pub fn grams(text: &str) -> Result<u32, &str> {
    let mut parts = text.splitn(2, "kg");
    let kilos = parts.next().unwrap_or("");
    let rest = parts.next().unwrap_or("0");
    Ok(try!(kilos) * 1000 + try!(rest))
}

use failure::{bail, ensure, err_msg, format_err, Error, Fail, Fallible, ResultExt};
use std::fs;

#[derive(Debug, Fail)]
enum Own {
    #[fail(display = "no number: {}", _0)]
    Number(#[cause] std::num::ParseIntError),
    #[fail(display = "odd {}", n)]
    Odd { n: u32 },
}

fn parse(text: &str) -> Result<u32, Own> {
    let n = text.parse().map_err(Own::Number)?;
    if n % 2 == 1 {
        return Err(Own::Odd { n });
    }
    Ok(n)
}

fn read(path: &str) -> Fallible<String> {
    ensure!(!path.is_empty(), "no {path}");
    ensure!(path.len() < 10);
    let text = fs::read_to_string(path).with_context(|_| format!("cannot read {}", path))?;
    let other = fs::read_to_string(path).with_context(|e| format!("{}: {:?}", path, e.kind()))?;
    if text != other {
        bail!("a {} b");
    }
    Ok(text)
}

fn look_twice(path: &str) -> Fallible<String> {
    Ok(fs::read_to_string(path).with_context(|e| format!("{}: {:?}", path, e.kind()))?)
}

fn refuse(number: u32) -> Fallible<()> {
    match number {
        0 => bail!("a {} {number}"),
        1 => bail!("a {}", number),
        2 => bail!(Own::Odd { n: 2 }),
        3 => bail!(concat!("{", "}")),
        4 => Err(format_err!(concat!("{{", "{}}}"), number)),
        5 => Err(format_err!("plain {{}}")),
        6 => Err(err_msg("message {}")),
        7 => Err(err_msg(number)),
        _ => Ok(ensure!(number > 100, "{} {number}")),
    }
}

fn value(own: Own) -> Error {
    own.context("while parsing").into()
}

fn twice(error: Error) -> Error {
    error.context("one").context("two").into()
}

fn chain(error: &Error) -> Vec<String> {
    let mut all: Vec<String> = error.iter_chain().map(|e| e.to_string()).collect();
    all.extend(error.iter_causes().map(|e| format!("({})", e)));
    all.push(error.find_root_cause().to_string());
    all.push(error.as_fail().to_string());
    all
}

fn walk(mut fail: &dyn Fail) -> usize {
    let mut n = 1;
    while let Some(cause) = fail.cause() {
        n += 1;
        fail = cause;
    }
    n
}

fn dynamic(fail: &dyn Fail) -> usize {
    fail.iter_chain().count() * 100 + fail.iter_causes().count() * 10 + fail.find_root_cause().to_string().len()
}

fn boxed(own: Own) -> Box<dyn Fail> {
    Box::new(own)
}

fn bound<E: Fail>(e: E) -> Error {
    Error::from(e)
}

fn look(error: &Error) -> Option<u32> {
    match error.downcast_ref::<Own>() {
        Some(Own::Odd { n }) => Some(*n),
        _ => None,
    }
}

fn take(error: Error) -> Result<Own, Error> {
    error.downcast::<Own>()
}

fn inferred(result: Result<u8, Error>) -> Option<Own> {
    result.err().and_then(|error| error.downcast().ok())
}

fn taken(error: Error) -> bool {
    error.downcast::<Own>().is_ok()
}

fn odd() -> Error {
    parse("3").unwrap_err().into()
}

fn show(what: &str, error: Error) {
    println!("{}: {} {:#}", what, error, error);
    for line in chain(&error) {
        println!("    {}", line);
    }
}

fn run() -> Result<(), Error> {
    for number in 0..10 {
        if let Err(error) = refuse(number) {
            show("refused", error);
        }
    }
    for path in &["", "0123456789", "nowhere"] {
        show("read", read(path).context("reading").unwrap_err().into());
    }
    show("looked", look_twice("nowhere").unwrap_err());
    show("value", value(Own::Odd { n: 5 }));
    show("number", value(parse("x").unwrap_err()));
    show("twice", twice(odd()));
    let own = parse("x").unwrap_err();
    println!("{:?}", own.cause().map(|cause| cause.to_string()));
    println!("{} {}", walk(&own), boxed(own).cause().is_some());
    println!("{:?} {:?} {:?}", look(&odd()), look(&twice(odd())), look(&err_msg("x")));
    println!("{} {}", take(odd()).is_ok(), take(twice(odd())).is_ok());
    println!("{:?} {:?}", inferred(Err(odd())), inferred(Err(twice(odd()))));
    println!("{} {}", taken(odd()), taken(value(Own::Odd { n: 1 })));
    println!("{} {}", dynamic(err_msg("x").as_fail()), dynamic(bound(Own::Odd { n: 3 }).as_fail()));
    let first = None.ok_or_else(|| err_msg("{empty}"))?;
    Ok(first)
}

fn main() {
    if let Err(error) = run() {
        println!("error: {}", error);
        for cause in error.iter_causes() {
            println!("  because {}", cause);
        }
        std::process::exit(1);
    }
}

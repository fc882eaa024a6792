// What error-chain's macros make, used in every way that callers have; `main` prints what they see of it.
#[macro_use]
extern crate error_chain;

use error_chain::ChainedError;
use std::error::Error as StdError;

mod inner {
    error_chain! {
        foreign_links { Fmt(::std::fmt::Error); }
        errors { Deep(n: u32) { description("deep down") display("deep {}", n) } }
    }
}

mod bare {
    error_chain! {
        types { BareError, BareKind, BareExt; }

        skip_msg_variant

        errors { Only Other(code: i32) }
    }
}

mod odd {
    // Not all of these are what thiserror could print.
    error_chain! {
        errors {
            Receiver(n: u32) { description("a receiver") display(me) -> ("{} of {}", n, me.description()) }
            Closure(names: Vec<String>) { display("{}", names.iter().map(|n| n.len()).sum::<usize>()) }
            Lines(n: u8) { display("one
  two {}", n) }
            Captured(a: u8, b: u8) { display("{a} and {b}") }
            f(f: u8) { display("{}", f) }
        }
    }
}

error_chain! {
    types {
        Error, ErrorKind, ResultExt, Result;
    }

    // The errors of others.
    links {
        Inner(inner::Error, inner::ErrorKind) #[doc = "of the module below"];
    }

    foreign_links {
        Io(::std::io::Error); // files
        Utf8(::std::string::FromUtf8Error) #[doc = "no \"text\""];
        Never(::no_such_crate::Error) #[cfg(any())];
    }

    errors {
        /// Nothing said.
        Silent
        Empty { }
        Described { description("only {described}") }
        Texts(text: String) { description(&text) }
        Plain(t: String) {
            description("plain")
            // why it is so
            display("plain '{}'", t)
        }
        Debugged(t: Option<u8>) { display("{:?} {0:>4?} {{}}", t) }
        Several(a: u8, b: String) { description("several"), display("{1} {0} {} {name:>8}", a, b, name = a), }
        Wide(w: usize, t: String) { display("[{:>1$}] [{:.*}]", t, w, t) }
        Called(t: Vec<u8>) { display("a text that is so long that it does not fit: {} {} {}", t.len(), &t[0], String::from_utf8_lossy(&t)) }
        Math(a: u32, b: u32) { display("{} {}", a + b, *a * 2) }
        Named { source: String, r#type: u8 } { description("named") display("{} {}", source, r#type) }
        Struct { name: String, size: u8, } { display("{} {}", name, size) }
        #[cfg(any())]
        Gone(x: NoSuchType) { display("{}", x) }
        Chosen(yes: bool, t: String) { display("{} {x:?}
          over lines \
          and on {}", PREFIX, t, x = if *yes { "yes" } else { "no" }) }
        Raw(t: String) { display(r#"raw "{}""#, t) }
        Generic(m: ::std::collections::HashMap<String, Vec<u8>>) { display("{}", m.len()) }
    }
}

const PREFIX: &str = "prefix";

fn io() -> ::std::io::Error {
    ::std::io::Error::new(::std::io::ErrorKind::Other, Boxed(::std::fmt::Error))
}

#[derive(Debug)]
struct Boxed(::std::fmt::Error);

impl ::std::fmt::Display for Boxed {
    fn fmt(&self, f: &mut ::std::fmt::Formatter) -> ::std::fmt::Result {
        f.write_str("in a box")
    }
}

impl StdError for Boxed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

fn text(fail: bool) -> Result<()> {
    if fail {
        bail!("braces {} stay");
    }
    Ok(())
}

fn formatted(n: u32) -> Result<()> {
    bail!("number {}, {:?}", n, "q")
}

fn kind() -> Result<()> {
    bail!(ErrorKind::Plain("k".to_string()));
}

fn borrowed() -> Result<()> {
    let message = String::from("borrowed");
    bail!(&message[..])
}

fn ensured(n: u32) -> Result<u32> {
    ensure!(n != 1, "one {}");
    ensure!(n != 2, "two {}", n);
    ensure!(n < 3, ErrorKind::Silent);
    Ok(n)
}

fn arm(n: Option<u32>) -> ::std::result::Result<u32, String> {
    let n = match n {
        Some(n) => n,
        None => bail!("no {number}"),
    };
    Ok(n)
}

fn from_io() -> Result<()> {
    Err(io())?;
    Ok(())
}

fn from_inner() -> Result<()> {
    Err(inner::Error::with_chain(io(), inner::ErrorKind::Deep(7)))?;
    Ok(())
}

fn chained() -> Result<()> {
    from_io().chain_err(|| "outer")
}

fn no_option() -> Result<u8> {
    None.chain_err(|| ErrorKind::Plain("none".to_string()))
}

fn show(name: &str, error: Error) {
    println!("{}: {} [{}]", name, error, error.description());
    for each in error.iter() {
        println!("  {}", each);
    }
    let mut source = StdError::source(&error);
    while let Some(each) = source {
        println!("  < {}", each);
        source = each.source();
    }
    print!("{}", error.display_chain());
    println!("  kind {} [{}]", error.kind(), error.kind().description());
    let boxed: Box<dyn StdError + Send> = Box::new(error);
    println!("  boxed {}", boxed);
}

fn main() {
    show("text", text(true).unwrap_err());
    show("formatted", formatted(3).unwrap_err());
    show("kind", kind().unwrap_err());
    show("borrowed", borrowed().unwrap_err());
    for n in 0..4 {
        println!("{:?}", ensured(n).map_err(|e| e.to_string()));
    }
    println!("{:?} {:?}", arm(None), arm(Some(1)));
    show("io", from_io().unwrap_err());
    show("inner", from_inner().unwrap_err());
    show("chained", chained().unwrap_err());
    show("more", chained().unwrap_err().chain_err(|| ErrorKind::Silent));
    show("option", no_option().unwrap_err());
    show("with", Error::with_chain(io(), "with"));
    show("boxed", Error::with_boxed_chain(Box::new(io()), format!("boxed {}", 1)));
    show("converted", Error::from_kind(ErrorKind::from(chained().unwrap_err())));
    show("of kind", ErrorKind::from(inner::ErrorKind::Deep(1)).into());
    show("utf8", String::from_utf8(vec![255]).unwrap_err().into());
    let kinds = vec![
        ErrorKind::Silent,
        ErrorKind::Empty,
        ErrorKind::Described,
        ErrorKind::Texts("t {}".to_string()),
        ErrorKind::Plain("p".to_string()),
        ErrorKind::Debugged(Some(1)),
        ErrorKind::Several(1, "b".to_string()),
        ErrorKind::Wide(6, "wide text".to_string()),
        ErrorKind::Called(vec![65, 66]),
        ErrorKind::Math(1, 2),
        ErrorKind::Named { source: "s".to_string(), r#type: 1 },
        ErrorKind::Struct { name: "n".to_string(), size: 2 },
        ErrorKind::Chosen(true, "t".to_string()),
        ErrorKind::Raw("r".to_string()),
        ErrorKind::Generic(Default::default()),
        "message {}".into(),
    ];
    for kind in kinds {
        println!("{:?}", kind);
        show("of kind", kind.into());
    }
    for error in vec![bare::BareError::from(bare::BareKind::Only), bare::BareKind::Other(1).into()] {
        println!("{} {} {:?}", error, error.description(), error.kind());
    }
    for kind in vec![
        odd::ErrorKind::Receiver(1),
        odd::ErrorKind::Closure(vec!["ab".to_string()]),
        odd::ErrorKind::Captured(1, 2),
        odd::ErrorKind::f(3),
        odd::ErrorKind::Lines(3),
    ] {
        println!("{} [{}]", kind, kind.description());
    }
    match chained() {
        Err(Error(ErrorKind::Msg(ref text), _)) => println!("matched {}", text),
        other => println!("{:?}", other.is_ok()),
    }
}

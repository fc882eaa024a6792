//! Error types of every form; `main` prints the text and the causes of their values.

mod show;

use failure::Fail;
use show::show;
use std::path::PathBuf;

#[derive(Debug, Fail)]
#[fail(display = "leaf {}", _0)]
pub struct Leaf(pub u8);

#[derive(Debug, Fail)]
pub enum Tuple {
    #[fail(display = "unit {{ }} é \u{41}\t\"")]
    Unit,
    #[fail(display = "{} {:?} {0}", _0, _1)]
    Plain(String, Option<u8>),
    #[fail(display = "{0} {1} {0}", _1, _0)]
    Swapped(String, u8),
    #[fail(display = "{}-{}", 1, 0)]
    Numbers(u8, u8),
    #[fail(display = "[{:>1$}]", _0, _1)]
    Width(String, usize),
    #[fail(display = "[{0:>1$}] [{0:<1$}] {}", _0, _1)]
    WidthTwice(String, usize),
    #[fail(display = "[{:.*}]", _0, _1)]
    Star(usize, f64),
    #[fail(display = "[{:>+08.1$}] {2:#x}", _0, _1, _2)]
    Precision(f64, usize, u8),
    #[fail(display = "{:?}", _0)]
    Path(PathBuf),
    #[fail(display = r#"raw "{}" \n {{{0}}}"#, _0)]
    Raw(u8),
    #[fail(
        display = "over \
                   lines {}",
        _0,
    )]
    Lines(u8),
    #[fail(display = "same", )]
    Comma(u8),
    #[fail(display = "{}", _0)]
    Same(#[cause] Leaf),
    #[fail(display = "other {}", _1)]
    Second(#[fail(cause)] Leaf, #[cause] std::fmt::Error),
    #[fail(display = "fill {:}>5} {:{<5} {:é^5} {0 :? }", _0, _1, _2)]
    Fills(u8, u8, u8),
}

#[derive(Debug, Fail)]
pub enum Named {
    #[fail(display = "{} of {}", done, total)]
    Plain { done: u8, total: u8 },
    #[fail(display = "[{:>1$}]", text, width)]
    Width { text: &'static str, width: usize },
    #[fail(display = "kind {}", r#type)]
    Keyword { r#type: u8 },
    #[fail(display = "source {} {:?}", source, source)]
    NoSource { source: u8 },
    #[fail(display = "leaf in source: {}", source)]
    SourceThatIsNone { source: Leaf },
    #[fail(display = "both {}", source)]
    Both { source: u8, #[cause] leaf: Leaf },
    #[fail(display = "by number {} {}", _1, 0)]
    Number { one: u8, two: u8 },
    #[fail(display = "größe {}", größe)]
    Foreign { größe: u8 },
    #[fail(display = "nested")]
    Nested { #[cause] inner: Tuple },
    #[fail(display = "boxed: {}", inner)]
    Boxed { inner: Box<Leaf> },
}

#[derive(Debug, Fail)]
#[fail(display = "generic {} {:?}", _0, _1)]
pub struct Generic<T: std::fmt::Display + std::fmt::Debug + Send + Sync + 'static>(T, #[cause] std::fmt::Error);

#[derive(Debug, Fail)]
#[fail(display = "bounded by where")]
pub struct Bounded<F>(std::marker::PhantomData<F>)
where
    F: Fn(u8) -> u8 + std::fmt::Debug + Send + Sync + 'static;

#[derive(Debug, Fail)]
pub struct Written {
    #[cause]
    leaf: Leaf,
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "by hand {}", self.leaf)
    }
}

macro_rules! literal {
    ($name:ident, $message:expr) => {
        #[derive(Debug, Fail)]
        #[fail(display = $message)]
        pub struct $name;
    };
}
literal!(FromMacro, "from a macro {{}}");

macro_rules! fields {
    ($name:ident { $($field:ident),* }) => {
        #[derive(Debug, Fail)]
        #[fail(display = "fields {:?}", first)]
        pub struct $name { first: u8, $($field: u8),* }
    };
}
fields!(Fields { second });

macro_rules! variants {
    ($name:ident { $($variant:ident $text:tt),* }) => {
        #[derive(Debug, Fail)]
        pub enum $name { $(#[fail(display = $text)] $variant,)* }
    };
}
variants!(Variants { A "a }}", B "b" });

mod inner {
    #[derive(Debug, failure::Fail)]
    #[fail(display = "path {}", _0)]
    pub struct Error(pub u8);

    pub mod deeper {
        use failure::Fail as Failing;

        #[derive(Debug, Failing)]
        #[cfg_attr(all(), fail(display = "conditional {}", _0))]
        pub struct Renamed(pub u8);
    }
}

fn main() {
    let leaf = || Leaf(7);
    show(&leaf());
    show(&Tuple::Unit);
    show(&Tuple::Plain("a".into(), Some(1)));
    show(&Tuple::Swapped("a".into(), 2));
    show(&Tuple::Numbers(1, 2));
    show(&Tuple::Width("a".into(), 4));
    show(&Tuple::WidthTwice("a".into(), 4));
    show(&Tuple::Star(2, 1.23456));
    show(&Tuple::Precision(1.5, 2, 255));
    show(&Tuple::Path(PathBuf::from("a b")));
    show(&Tuple::Raw(1));
    show(&Tuple::Lines(1));
    show(&Tuple::Comma(1));
    show(&Tuple::Same(leaf()));
    show(&Tuple::Second(leaf(), std::fmt::Error));
    show(&Tuple::Fills(1, 2, 3));
    show(&Named::Plain { done: 1, total: 2 });
    show(&Named::Width { text: "a", width: 4 });
    show(&Named::Keyword { r#type: 1 });
    show(&Named::NoSource { source: 1 });
    show(&Named::SourceThatIsNone { source: leaf() });
    show(&Named::Both { source: 1, leaf: leaf() });
    show(&Named::Number { one: 1, two: 2 });
    show(&Named::Foreign { größe: 1 });
    show(&Named::Nested { inner: Tuple::Same(leaf()) });
    show(&Named::Boxed { inner: Box::new(leaf()) });
    show(&Generic(1, std::fmt::Error));
    show(&Bounded::<fn(u8) -> u8>(std::marker::PhantomData));
    show(&Written { leaf: leaf() });
    show(&FromMacro);
    show(&Fields { first: 1, second: 2 });
    show(&Variants::A);
    show(&Variants::B);
    show(&inner::Error(1));
    show(&inner::deeper::Renamed(1));
}

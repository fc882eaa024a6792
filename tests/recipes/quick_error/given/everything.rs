// SOURCE stands for `cause` or `source`, by the release.
use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
#[macro_use]
extern crate quick_error;

mod inner {
    quick_error! {
        /// Documented
        #[derive(Debug)] // trailing remark
        // about the enum
        #[allow(dead_code)]
        pub enum Everything {
            /// Unit
            Unit
            // leading remark
            Silent {}   // trailing remark of Silent

            /* block
               remark */
            Literal { display("braces {{}} and \"quotes\"\n") }
            Tuple(a: String, b: i32) {
                // inside remark
                display("{} and {:?}", a, b)
            }
            Repeated(a: String, b: i32) { display("{0} {1} {0}", b, a) }
            Named(a: String, b: i32) { display("{y} {x:>5}", x = b, y = a) }
            Width(a: String, w: usize) { display("[{:>1$}]", a, w) }
            Star(w: usize, a: String) { display("[{:.*}]", w, a) }
            Captured(a: String, b: i32) { display("{a}-{b:04}-{a:?}") }
            CapturedAnd(a: String, b: Vec<i32>) { display("{a} of {}", b.len()) }
            Expr(a: String, b: Vec<i32>) { display("{} {}", a.to_uppercase(), b.iter().map(|x| x + 1).sum::<i32>()) }
            Indexed(a: String, b: Vec<i32>) { display("{1} {0}", a.len(), b.len()) }
            Nested(a: String) { display("{}", format!("<{}>", a)) }
            Own(a: String) { display(me) -> ("{} {}", me.tag(), a) }
            OwnDebug(a: String) { display(me) -> ("{me:?} {}", a) }
            Struct { a: String, b: i32 } { display("{} {}", a, b) }
            StructExpr { a: String, b: i32, } { display("{} {}", a.len(), b + 1) }
            StructKey { r#type: String } { display("{}", r#type) }
            Const(a: i32) { display("{} {}", super::LIMIT, a) }
            Trailing(a: i32) { display("{}", a,) }
            Concat(a: i32) { display(concat!("x", " {}"), a) }
            Raw(a: i32) { display(r#"raw "{}" \n"#, a) }
            Multi(a: i32) { display("first \
                                     second
third {}", a) }
            RefArg(a: String) { display("{}", &a[1..]) }
            Deref(a: String) { display("{}", **a == *"abc") }
            Long(aaaaaaaaaaaaaaaaaaaaaaaaa: String, bbbbbbbbbbbbbbbbbbbbbbbbbbb: String) {
                display("a very long message indeed with {} and {} and more text so that it is long", aaaaaaaaaaaaaaaaaaaaaaaaa.to_uppercase(), bbbbbbbbbbbbbbbbbbbbbbbbbbb.to_lowercase())
            }
        }
    }
    quick_error! {
        #[derive(Debug)]
        pub enum Odd {
            Shadow(a: String, b: Vec<i32>) { display("{}", b.iter().map(|a| a + 1).sum::<i32>()) }
            NestedCapture(a: String) { display("{}", format!("<{a}>")) }
        }
    }
    impl Everything { fn tag(&self) -> &'static str { "tag" } }
}

const LIMIT: i32 = 7;

quick_error! {
    #[derive(Debug)]
    pub enum Chain {
        Io(err: io::Error) { from() SOURCE(err) display("io {}", err) }
        Boxed(err: Box<dyn StdError + Send + Sync>) { SOURCE(&**err) display("boxed {}", err) }
        Two(path: PathBuf, err: io::Error) { SOURCE(err) display("{}: {}", path.display(), err) from(e: (PathBuf, io::Error)) -> (e.0, e.1) }
        Plain(err: std::num::ParseIntError) { from() display("plain {}", err) }
        Text(s: String) { from() from(s: &'static str) -> (s.to_owned()) display("{}", s) }
        Gone { from(std::fmt::Error) display("gone") }
        Made { code: i32, why: String } { from(code: i32) -> { code: code, why: "because it was like that".to_string() } display("{}: {}", code, why) }
    }
}

quick_error! {
    #[derive(Debug)]
    pub enum Expressed {
        Inner(err: std::sync::Arc<io::Error>) { SOURCE(err.as_ref()) }
        None_ {}
    }
}

quick_error! {
    #[derive(Debug)]
    pub enum AllSilent { A(x: i32) {} B { y: i32 } {} C }
}

quick_error! {
    /// Outer
    #[derive(Debug)]
    pub enum Outer wraps Hidden {
        Io(err: io::Error) { from() SOURCE(err) display("hidden {}", err) }
        Bare(source: i32) { display("bare {}", source) }
    }
}

quick_error! {
    #[derive(Debug)]
    enum Trap {
        V { source: i32 } { display("trap {}", source) }
        W(err: io::Error) { from() SOURCE(err) display("w {}", err) }
    }
}
/*DESCRIBED*/
fn show<E: StdError>(e: E) {
    println!("{}|{:#}|{:?}|{:>30}|", e, e, e, e);
    #[allow(deprecated)]
    { println!("  cause {:?} desc {:?}", e.cause().map(|c| c.to_string()), e.description()); }
    let mut s = e.source();
    while let Some(x) = s { println!("  <- {}", x); s = x.source(); }
}
fn main() {
    /*SHOWN*/
    use inner::Everything::*;
    let s = || "abc".to_string();
    let io = || io::Error::new(io::ErrorKind::Other, "disk");
    for e in vec![Unit, Silent, Literal, Tuple(s(), 1), Repeated(s(), 1), Named(s(), 2), Width(s(), 6), Star(2, s()), Captured(s(), 3), CapturedAnd(s(), vec![1]), Expr(s(), vec![1, 2]), Indexed(s(), vec![1]), Nested(s()), Own(s()), OwnDebug(s()), Struct { a: s(), b: 1 }, StructExpr { a: s(), b: 1 }, StructKey { r#type: s() }, Const(1), Trailing(1), Concat(1), Raw(1), Multi(1), RefArg(s()), Deref(s()), Long(s(), s())] { show(e); }
    for e in vec![Chain::from(io()), Chain::Boxed(Box::new(Chain::from(io()))), Chain::from((PathBuf::from("/x"), io())), Chain::from("x".parse::<i32>().unwrap_err()), Chain::from(s()), Chain::from("lit"), Chain::from(std::fmt::Error), Chain::from(5)] { show(e); }
    show(inner::Odd::Shadow(s(), vec![3])); show(inner::Odd::NestedCapture(s()));
    show(Expressed::Inner(std::sync::Arc::new(io()))); show(Expressed::None_);
    show(AllSilent::A(1)); show(AllSilent::B { y: 1 }); show(AllSilent::C);
    show(Outer::from(Hidden::from(io()))); show(Outer::from(Hidden::Bare(1)));
    show(Trap::V { source: 1 }); show(Trap::from(io()));
}

"""Macros around a site: those that evaluate their arguments, and those that look at tokens."""

from codemods.recipes.try_macro.origins import ORIGIN, RULES

from codemods.recipe import Answer, Fact, Known
from codemods.recipe.testkit import STD
from tests.recipes.try_macro_cases import becomes, stays

CASES = [
    becomes("println", 'println!("{}", try!(g()));', 'println!("{}", g()?);'),
    becomes(
        "format with several",
        'format!("{} {x}", try!(g()), x = try!(b()));',
        'format!("{} {x}", g()?, x = b()?);',
    ),
    becomes(
        "write",
        'use std::fmt::Write; let mut s = String::new(); write!(s, "{}", try!(g())).is("Ok(())");',
        'use std::fmt::Write; let mut s = String::new(); write!(s, "{}", g()?).is("Ok(())");',
    ),
    becomes(
        "write inside the operand and outside",
        "use std::fmt::Write; fn w() -> Result<(), Box<::std::error::Error>> { let mut s = String::new(); "
        'try!(write!(s, "{}", try!(g()))); Ok(()) }',
        "use std::fmt::Write; fn w() -> Result<(), Box<::std::error::Error>> { let mut s = String::new(); "
        'write!(s, "{}", g()?)?; Ok(()) }',
    ),
    becomes("vec", 'vec![try!(g()), try!(g())].is("[1, 1]");', 'vec![g()?, g()?].is("[1, 1]");'),
    becomes("vec of a length", 'vec![try!(g()); 2].is("[1, 1]");', 'vec![g()?; 2].is("[1, 1]");'),
    becomes("assert_eq", "assert_eq!(try!(g()), 1);", "assert_eq!(g()?, 1);"),
    becomes("debug_assert_ne", "debug_assert_ne!(try!(g()), 2);", "debug_assert_ne!(g()?, 2);"),
    becomes(
        "assert with a message",
        'assert!(try!(b()), "it is {}", try!(g()));',
        'assert!(b()?, "it is {}", g()?);',
    ),
    becomes("matches", 'matches!(try!(g()), 1 | 2).is("true");', 'matches!(g()?, 1 | 2).is("true");'),
    becomes("panic", 'if false { panic!("{}", try!(g())) }', 'if false { panic!("{}", g()?) }'),
    becomes(
        "unreachable and friends",
        'if false { unreachable!("{}", try!(g())); todo!("{}", try!(g())); unimplemented!("{}", '
        "try!(g())); }",
        'if false { unreachable!("{}", g()?); todo!("{}", g()?); unimplemented!("{}", g()?); }',
    ),
    becomes("std path", '::std::println!("{}", try!(g()));', '::std::println!("{}", g()?);'),
    becomes(
        "macros in macros",
        'vec![format!("{}", try!(of(format!("{}", try!(g())), 1)))].is("[\\"1\\"]");',
        'vec![format!("{}", of(format!("{}", g()?), 1)?)].is("[\\"1\\"]");',
    ),
    becomes(
        "struct literal in a macro in a head",
        "if vec![try!(S { a: true }.c())][0] {}",
        "if vec![S { a: true }.c()?][0] {}",
    ),
    # Macros of the same file, which can be read.
    becomes(
        "own macro of expressions",
        'macro_rules! add { ($a:expr, $b:expr) => { $a + $b }; } add!(try!(g()), try!(g()) * 2).is("3");',
        'macro_rules! add { ($a:expr, $b:expr) => { $a + $b }; } add!(g()?, g()? * 2).is("3");',
    ),
    becomes(
        "own macro of a list",
        "macro_rules! sum { ($($a:expr),* $(,)*) => { 0 $(+ $a)* }; } sum!(try!(g()), 2, "
        'try!(g()),).is("4");',
        'macro_rules! sum { ($($a:expr),* $(,)*) => { 0 $(+ $a)* }; } sum!(g()?, 2, g()?,).is("4");',
    ),
    becomes(
        "own macro, expression first",
        "macro_rules! m { ($a:expr, $($t:tt)*) => { $a }; ($a:expr) => { $a }; } m!(try!(g()), "
        "any thing); m!(try!(g()));",
        "macro_rules! m { ($a:expr, $($t:tt)*) => { $a }; ($a:expr) => { $a }; } m!(g()?, any "
        "thing); m!(g()?);",
    ),
    becomes(
        "own macro that prints the value",
        'macro_rules! m { ($a:expr) => { println!("{:?}", $a) }; } m!(try!(g()));',
        'macro_rules! m { ($a:expr) => { println!("{:?}", $a) }; } m!(g()?);',
    ),
    becomes(
        "own macro that copies its tokens",
        "macro_rules! all { ($($t:tt)*) => { $($t)* }; } all! { let x = try!(g()); fn y() -> R { "
        "Ok(try!(g())) } }",
        "macro_rules! all { ($($t:tt)*) => { $($t)* }; } all! { let x = g()?; fn y() -> R { Ok(g()?) } }",
    ),
    becomes(
        "own macro that copies after a name",
        "macro_rules! all { ($i:ident $($t:tt)*) => { let $i = 1; $($t)* }; } all! { x "
        "try!(h()); let y = x + try!(g()); }",
        "macro_rules! all { ($i:ident $($t:tt)*) => { let $i = 1; $($t)* }; } all! { x h()?; let "
        "y = x + g()?; }",
    ),
    becomes(
        "own macro of std's name",
        "macro_rules! todo { ($a:expr) => { $a }; } todo!(try!(g()));",
        "macro_rules! todo { ($a:expr) => { $a }; } todo!(g()?);",
    ),
    # Bodies of macros.
    *(
        becomes(
            f"body with {kind}",
            f"macro_rules! m {{ ($x:{kind}) => {{ try!($x) }}; }} let r = g(); m!({use});",
            f"macro_rules! m {{ ($x:{kind}) => {{ $x? }}; }} let r = g(); m!({use});",
        )
        for kind, use in [
            ("expr", "N(1) + N(2)"),
            ("ident", "r"),
            ("path", "r"),
            ("tt", "r"),
            ("tt", "{ g() }"),
            ("expr", "match 1 { _ => g() }"),
            ("expr", "*&N(1) + N(2)"),
            ("expr", "unsafe { g() }"),
            ("block", "{ g() }"),
        ]
    ),
    becomes(
        "body with literal",
        'macro_rules! m { ($x:literal) => { try!($x.is("1")) }; } m!(1);',
        'macro_rules! m { ($x:literal) => { $x.is("1")? }; } m!(1);',
    ),
    becomes(
        "body as statement",
        "macro_rules! m { ($x:expr) => {{ try!($x); g() }}; } let y = m!(g());",
        "macro_rules! m { ($x:expr) => {{ $x?; g() }}; } let y = m!(g());",
    ),
    becomes(
        "body with a repetition",
        'macro_rules! m { ($($t:tt)*) => { try!($($t)*) }; } m!(N(1) + N(2)).is("3");',
        'macro_rules! m { ($($t:tt)*) => { ($($t)*)? }; } m!(N(1) + N(2)).is("3");',
    ),
    becomes(
        "body with a repetition of one or more",
        'macro_rules! m { ($($t:tt)+) => { try!($($t)+) }; } m!(-N(1)).is("-1");',
        'macro_rules! m { ($($t:tt)+) => { ($($t)+)? }; } m!(-N(1)).is("-1");',
    ),
    becomes(
        "body inside a repetition",
        "macro_rules! m { ($($e:expr),*) => { $(try!($e);)* }; } m!(g(), N(1) - N(2));",
        "macro_rules! m { ($($e:expr),*) => { $($e?;)* }; } m!(g(), N(1) - N(2));",
    ),
    becomes(
        "body inside a list",
        'macro_rules! m { ($($e:expr),*) => { [$(try!($e)),*] }; } m!(g(), g()).is("[1, 1]");',
        'macro_rules! m { ($($e:expr),*) => { [$($e?),*] }; } m!(g(), g()).is("[1, 1]");',
    ),
    becomes(
        "body with two fragments",
        'macro_rules! m { ($a:expr, $b:expr) => { try!($a + $b) }; } m!(N(1), N(2)).is("3");',
        'macro_rules! m { ($a:expr, $b:expr) => { ($a + $b)? }; } m!(N(1), N(2)).is("3");',
    ),
    becomes(
        "body with a method",
        'macro_rules! m { ($o:expr, $m:ident, $x:expr) => { try!($o.$m($x)) }; } m!(1, is, "1");',
        'macro_rules! m { ($o:expr, $m:ident, $x:expr) => { $o.$m($x)? }; } m!(1, is, "1");',
    ),
    becomes(
        "body with a repetition in an argument",
        'macro_rules! m { ($($e:expr),*) => { try!(of($($e),*)) }; } m!(1, 2).is("1");',
        'macro_rules! m { ($($e:expr),*) => { of($($e),*)? }; } m!(1, 2).is("1");',
    ),
    becomes(
        "body with a type",
        'macro_rules! m { ($t:ty) => { try!(<$t>::clone(&g())) }; } m!(R).is("1");',
        'macro_rules! m { ($t:ty) => { <$t>::clone(&g())? }; } m!(R).is("1");',
    ),
    becomes(
        "body with nested sites",
        "macro_rules! m { ($e:expr) => { try!(try!($e)) }; } m!(gg());",
        "macro_rules! m { ($e:expr) => { $e?? }; } m!(gg());",
    ),
    becomes(
        "body in a head",
        "macro_rules! m { ($e:expr) => { match try!($e) { x => x } }; } m!(g());",
        "macro_rules! m { ($e:expr) => { match $e? { x => x } }; } m!(g());",
    ),
    becomes(
        "exported macro",
        "#[macro_export] macro_rules! exported_m { ($e:expr) => { try!($e) }; }",
        "#[macro_export] macro_rules! exported_m { ($e:expr) => { $e? }; }",
    ),
    becomes(
        "arm that nothing expands",
        "macro_rules! m { () => { g() }; ($e:expr) => { try!($e) }; } m!();",
        "macro_rules! m { () => { g() }; ($e:expr) => { $e? }; } m!();",
    ),
    becomes(
        "body in braces in a block of its own",
        "macro_rules! m { ($e:expr) => {{ try!{ h() } *&$e }}; } let y = m!(1);",
        "macro_rules! m { ($e:expr) => {{ h()?; *&$e }}; } let y = m!(1);",
    ),
    becomes(
        "body in braces before a statement",
        "macro_rules! m { ($e:expr) => { try!{ $e } let x = 1; }; } m!(h());",
        "macro_rules! m { ($e:expr) => { $e?; let x = 1; }; } m!(h());",
    ),
    becomes(
        "body in braces before an operator",
        'macro_rules! m { ($e:expr) => { try!{ $e } + 1 }; } m!(g()).is("2");',
        'macro_rules! m { ($e:expr) => { $e? + 1 }; } m!(g()).is("2");',
    ),
    becomes(
        "body in braces after a repetition",
        "macro_rules! m { ($($e:expr);*) => { $($e;)* try!{ h() } let x = 1; }; } m!(g());",
        "macro_rules! m { ($($e:expr);*) => { $($e;)* h()?; let x = 1; }; } m!(g());",
    ),
    becomes(
        "body in braces in a list",
        'macro_rules! m { ($($e:expr),*) => { [$(try!{ $e } - 1),*] }; } m!(g()).is("[0]");',
        'macro_rules! m { ($($e:expr),*) => { [$($e? - 1),*] }; } m!(g()).is("[0]");',
    ),
    becomes(
        "statements in an own macro that copies",
        "macro_rules! all { ($($t:tt)*) => { $($t)* }; } all! { try!{ h() } let x = g(); }",
        "macro_rules! all { ($($t:tt)*) => { $($t)* }; } all! { h()?; let x = g(); }",
    ),
    becomes(
        "body with braces and brackets",
        "macro_rules! m { ($e:expr) => ( try![$e] ); ($e:expr, 1) => [ try!{$e} ]; } m!(g());",
        "macro_rules! m { ($e:expr) => ( $e? ); ($e:expr, 1) => [ $e? ]; } m!(g());",
    ),
]

STRINGIFIED = [
    stays("assert", "assert!(try!(b()));", "stringified"),
    stays("assert with a trailing comma", "assert!(try!(b()),);", "stringified"),
    stays("debug_assert", "debug_assert!(try!(g()) == 1);", "stringified"),
    stays("deep inside an assertion", "assert!(vec![1, try!(g())].len() == 2);", "stringified"),
    stays("dbg", "dbg!(try!(g()));", "stringified"),
    stays("std path", "::std::assert!(try!(b()));", "stringified"),
]


def defined(text: str) -> dict[Fact, Answer]:
    """Return the answers where the macros around a site are defined elsewhere, as `text` says."""
    return {ORIGIN: STD, RULES: Known(text, "a test")}


UNCOMPILED = [
    becomes(
        "assert, when told to", "assert!(try!(b()));", "assert!(b()?);", settings={"stringified": "rewrite"}
    ),
    becomes(
        "a macro of another crate that pastes its tokens",
        "paste_if! { fn x() -> R { Ok(try!(g())) } }",
        "paste_if! { fn x() -> R { Ok(g()?) } }",
        answers=defined("macro_rules! paste_if { ($($t:tt)*) => { $($t)* }; }"),
    ),
    becomes(
        "a macro of another file that takes an expression",
        "log!(1, try!(g()));",
        "log!(1, g()?);",
        answers=defined("macro_rules! log { ($a:expr, $b:expr) => { ($a, $b) }; }"),
    ),
    stays(
        "a macro of another file that looks at the tokens",
        "log!(try!(g()));",
        "unknown-macro",
        answers=defined("macro_rules! log { ($i:ident ! $t:tt) => { 0 }; ($a:expr) => { $a }; }"),
    ),
    stays(
        "one of two definitions looks at the tokens",
        "log!(try!(g()));",
        "unknown-macro",
        answers=defined(
            "macro_rules! log { ($a:expr) => { $a }; }\n"
            "macro_rules! log { ($($t:tt)*) => { stringify!($($t)*) }; }"
        ),
    ),
    stays(
        "another definition than that",
        "log!(try!(g()));",
        "unknown-macro",
        answers=defined("macro_rules! lo { ($a:expr) => { $a }; }"),
    ),
    stays("stringify", "stringify!(try!(x));", "source-text"),
    stays("concat", "concat!(stringify!(try!(x)));", "source-text"),
    stays("unknown macro", "unknown!(try!(g()));", "unknown-macro"),
    stays("unknown macro in braces", "unknown! { try!(g()); }", "unknown-macro"),
    stays("unknown macro around a known one", "unknown!(vec![try!(g())]);", "unknown-macro"),
    stays("unknown macro inside a known one", "vec![unknown!(try!(g()))];", "unknown-macro"),
    stays("macro of std's name in another crate", 'other::println!("{}", try!(g()));', "unknown-macro"),
    stays(
        "own macro that takes tokens",
        "macro_rules! m { ($i:ident ! ($e:expr)) => { $e }; ($e:expr) => { $e }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro with a muncher",
        "macro_rules! m { ($e:expr) => { $e }; ($($t:tt)*) => { m!($($t)*) }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro with an identifier first",
        "macro_rules! m { ($i:ident) => { 1 }; ($e:expr) => { $e }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro that prints the text",
        "macro_rules! m { ($e:expr) => { (stringify!($e), $e) }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro that asserts",
        "macro_rules! m { ($e:expr) => { assert!($e) }; } m!(try!(b()));",
        "unknown-macro",
    ),
    stays(
        "own macro that hands on to another",
        "macro_rules! m { ($e:expr) => { other!($e) }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro in a documentation attribute",
        "macro_rules! m { ($e:expr) => { #[doc = $e] fn x() {} }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro with the site first where a name is asked",
        "macro_rules! m { ($i:ident $($t:tt)*) => { $i $($t)* }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro that takes its tokens apart",
        "macro_rules! m { ($($t:tt)*) => { [$(stringify!($t)),*] }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro that copies with a separator",
        "macro_rules! m { ($($t:tt)*) => { $($t),* }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro that copies into another",
        "macro_rules! m { ($($t:tt)*) => { other! { $($t)* } }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own macro defined later", "m!(try!(g())); macro_rules! m { ($e:expr) => { $e }; }", "unknown-macro"
    ),
    stays(
        "own macro of another scope",
        "{ macro_rules! m { ($e:expr) => { $e }; } } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "one of two own macros looks",
        "macro_rules! m { ($e:expr) => { $e }; } #[cfg(x)] macro_rules! m { ($e:expr) => { "
        "stringify!($e) }; } m!(try!(g()));",
        "unknown-macro",
    ),
    stays(
        "own println that looks",
        'macro_rules! println { ($($t:tt)*) => { stringify!($($t)*) }; } println!("{}", try!(g()));',
        "unknown-macro",
    ),
    stays(
        "println of a module under macro_use",
        "#[macro_use] mod m { macro_rules! println { ($($t:tt)*) => { stringify!($($t)*) } } }\n"
        'fn x() -> R { println!("{}", try!(g())); g() }',
        "unknown-macro",
    ),
    stays(
        "println of a module in a module under macro_use",
        "#[macro_use] #[cfg(a)] pub mod m { #[macro_use] mod n { "
        "macro_rules! println { ($($t:tt)*) => { stringify!($($t)*) } } } }\n"
        'fn x() -> R { println!("{}", try!(g())); g() }',
        "unknown-macro",
    ),
    becomes(
        "println of a module",
        "mod m { macro_rules! println { ($($t:tt)*) => { stringify!($($t)*) } } }\n"
        'fn x() -> R { println!("{}", try!(g())); g() }',
        "mod m { macro_rules! println { ($($t:tt)*) => { stringify!($($t)*) } } }\n"
        'fn x() -> R { println!("{}", g()?); g() }',
    ),
    stays(
        "exported println of a later module",
        'fn x() -> R { println!("{}", try!(g())); g() }\n'
        "mod m { #[macro_export] macro_rules! println { ($($t:tt)*) => { stringify!($($t)*) } } }",
        "unknown-macro",
    ),
    *(
        stays(
            f"std's name imported by {use}",
            f'{use}\nfn x() -> R {{ format!("{{}}", try!(g())); g() }}',
            "unknown-macro",
        )
        for use in (
            "use m::format;",
            "use m::{self, n::{other, format}};",
            "use m::f as format;",
            "pub use m::r#format;",
            "fn y() { use m::format; }",
        )
    ),
    *(
        becomes(
            f"std's name not imported by {use}",
            f'{use}\nfn x() -> R {{ format!("{{}}", try!(g())); g() }}',
            f'{use}\nfn x() -> R {{ format!("{{}}", g()?); g() }}',
        )
        for use in (
            "use std::format;",
            "use m::format as f;",
            "use format::x;",
            "use m::format::{x, y};",
            "type T = impl X + use<'a>; static A: u8 = format;",
        )
    ),
    stays("assert of a module", "m::assert!(try!(b()));", "unknown-macro"),
    *(
        stays(
            f"own macro that hands on to {callee}",
            f"macro_rules! m {{ ($format:ident $($e:tt)*) => {{ {callee}!($($e)*) }}; }} m!(x try!(g()));",
            "unknown-macro",
        )
        for callee in ("$format", "m::format", "::format", "$crate::format", "::m::format", "std_::format")
    ),
    *(
        becomes(
            f"own macro that hands on to {callee}",
            f"macro_rules! m {{ ($($e:tt)*) => {{ {callee}!($($e)*) }}; }} m!(try!(g()));",
            f"macro_rules! m {{ ($($e:tt)*) => {{ {callee}!($($e)*) }}; }} m!(g()?);",
        )
        for callee in ("format", "std::format", "::std::format", "core::write")
    ),
    stays(
        "own macro that hands on to another own one of std's name",
        "macro_rules! vec { ($($e:tt)*) => { stringify!($($e)*) } }\n"
        "macro_rules! m { ($e:expr) => { vec![$e] } }\nfn x() -> R { m!(try!(g())); g() }",
        "unknown-macro",
    ),
    stays(
        "second argument after tokens",
        "macro_rules! m { ($i:ident, $e:expr) => { $e }; } m!(x, try!(g()));",
        "unknown-macro",
    ),
    stays(
        "repeated braces",
        "macro_rules! m { ($($e:expr);+) => { $( try! { $e } )+ } }",
        "repeated-statement",
    ),
    becomes(
        "repeated braces with a separator",
        "macro_rules! m { ($($e:expr);+) => { [$( try! { $e } ),+] } }",
        "macro_rules! m { ($($e:expr);+) => { [$( $e? ),+] } }",
    ),
    stays(
        "repeated braces behind another statement",
        "macro_rules! m { ($($e:expr);+) => { $( g(); try! { $e } )+ } }",
        "repeated-statement",
    ),
    *(
        stays(f"braces before `{following}` in a macro's body", body, "unclear-statement")
        for following in ("* 2", "-1", "& x", "(1)", "[1]", "$op 1", "|| x", "<A>::b()", "{ 1 }")
        for body in [f"macro_rules! m {{ ($op:tt $e:expr) => {{ try!{{ $e }} {following} }}; }}"]
    ),
    stays(
        "braces before an operator in an own macro",
        "macro_rules! pick { ($e:expr) => { $e }; } pick!{ try!{ g() } - 1 }",
        "unclear-statement",
    ),
    stays("assert with a comma between types", "assert!(of::<A, B>(try!(g())));", "stringified"),
    stays("matcher", "macro_rules! m { (try ! ( $e:expr )) => { $e }; }", "macro-matcher"),
    stays(
        "macro that defines a macro",
        "macro_rules! m { () => { macro_rules! n { ($e:expr) => { try!($e) }; } }; }",
        "nested-macro",
    ),
    stays(
        "macro that defines a macro with dollars",
        "macro_rules! m { () => { macro_rules! n { ($$e:expr) => { try!($$e) }; } }; }",
        "nested-macro",
    ),
    stays("quote", "quote! { try!(#e) };", "token-template"),
    stays("quote_spanned", "quote_spanned! { span=> try!(#e) };", "token-template"),
    stays("quote without variables", "quote! { fn x() -> R { Ok(try!(g())) } };", "token-template"),
    stays("attribute", "#[other(try!(x))] fn x() {}", "attribute-input"),
]

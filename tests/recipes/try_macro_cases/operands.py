"""Which operands take `?` as they are, and which need parentheses."""

from tests.recipes.try_macro_cases import becomes, stays

CASES = [
    # Postfix-complete: `?` goes right behind.
    becomes("call", "try!(g());", "g()?;"),
    becomes("path", "let x = g(); try!(x);", "let x = g(); x?;"),
    becomes("path with segments", "try!(self::super::g());", "self::super::g()?;", is_file=False),
    becomes("function with types", "try!(of::<i32, u8>(1, 2));", "of::<i32, u8>(1, 2)?;"),
    becomes(
        "associated function",
        'try!(<Vec<i32> as Is>::is(&vec![1], "[1]"));',
        '<Vec<i32> as Is>::is(&vec![1], "[1]")?;',
    ),
    becomes("method chain", "try!(g().map(|x| x + 1).or(g()));", "g().map(|x| x + 1).or(g())?;"),
    becomes(
        "method with types",
        "try!(vec![g()].into_iter().collect::<Result<Vec<_>, _>>());",
        "vec![g()].into_iter().collect::<Result<Vec<_>, _>>()?;",
    ),
    becomes(
        "field",
        "struct F { r: R } let f = F { r: g() }; try!(f.r);",
        "struct F { r: R } let f = F { r: g() }; f.r?;",
    ),
    becomes("tuple field", "let f = (g(), 1); try!(f.0);", "let f = (g(), 1); f.0?;"),
    becomes(
        "tuple field of a field", "let f = ((1, g()), 1); try!((f.0).1);", "let f = ((1, g()), 1); (f.0).1?;"
    ),
    becomes(
        "index",
        "let a: [Result<u8, u8>; 1] = [Ok(1)]; let u = || -> Result<u8, u8> { Ok(try!(a[0])) };",
        "let a: [Result<u8, u8>; 1] = [Ok(1)]; let u = || -> Result<u8, u8> { Ok(a[0]?) };",
    ),
    becomes("parenthesised", "try!((g()));", "(g())?;"),
    becomes("question mark", "try!(gg()?);", "gg()??;"),
    becomes("parenthesised binary", "try!((N(1) + N(2)));", "(N(1) + N(2))?;"),
    becomes("enum constructor", "try!(Ok::<i32, String>(3));", "Ok::<i32, String>(3)?;"),
    becomes(
        "macro with parentheses",
        "macro_rules! m { () => { g() } } try!(m!());",
        "macro_rules! m { () => { g() } } m!()?;",
    ),
    becomes(
        "macro with brackets",
        "macro_rules! m { () => { g() } } try!(m![]);",
        "macro_rules! m { () => { g() } } m![]?;",
    ),
    becomes(
        "macro with braces",
        "macro_rules! m { () => { g() } } try!(m! {});",
        "macro_rules! m { () => { g() } } m! {}?;",
    ),
    becomes("raw identifier", "let r#type = g(); try!(r#type);", "let r#type = g(); r#type?;"),
    becomes("a name reserved later", "let async = g(); try!(async);", "let async = g(); async?;"),
    becomes(
        "write macro",
        "use std::fmt::Write; fn w(f: &mut String) -> ::std::fmt::Result "
        '{ try!(write!(f, "{}", 1)); Ok(()) }',
        'use std::fmt::Write; fn w(f: &mut String) -> ::std::fmt::Result { write!(f, "{}", 1)?; Ok(()) }',
    ),
    becomes(
        "error that is converted",
        'fn x() -> Result<i32, String> { Ok(try!(bad())) } x().is("Err(\\"bad\\")");',
        'fn x() -> Result<i32, String> { Ok(bad()?) } x().is("Err(\\"bad\\")");',
    ),
    # Three levels, in every mixture.
    becomes("nested twice", "try!(try!(gg()));", "gg()??;"),
    becomes("nested three times", "try!(try!(try!(ggg())));", "ggg()???;"),
    becomes("nested in a chain", "try!(try!(gg()).map(|x| x));", "gg()?.map(|x| x)?;"),
    becomes(
        "nested in an argument", "try!(of(try!(g()), try!(of(try!(g()), 1))));", "of(g()?, of(g()?, 1)?)?;"
    ),
    becomes(
        "nested with parentheses",
        "try!(N(try!(g())) + N(try!(-N(try!(g())))));",
        "(N(g()?) + N((-N(g()?))?))?;",
    ),
    becomes("nested with trailing commas", "try!(try!(gg(),),);", "gg()??;"),
    becomes("nested delimiters", "try![try!{try!(ggg())}];", "ggg()???;"),
    # Operators bind less than `?`.
    becomes("negation", "try!(-N(1));", "(-N(1))?;"),
    becomes("not", "try!(!N(1));", "(!N(1))?;"),
    becomes(
        "dereference",
        "let r: &Result<u8, u8> = &Ok(1); let u = || -> Result<u8, u8> { Ok(try!(*r)) };",
        "let r: &Result<u8, u8> = &Ok(1); let u = || -> Result<u8, u8> { Ok((*r)?) };",
    ),
    *(
        becomes(f"binary {op}", f'try!(N(6) {op} N(2)).is("{value}");', f'(N(6) {op} N(2))?.is("{value}");')
        for op, value in [
            ("+", 8),
            ("-", 4),
            ("*", 12),
            ("/", 3),
            ("%", 0),
            ("&", 2),
            ("|", 6),
            ("^", 4),
            ("<<", 24),
            (">>", 1),
        ]
    ),
    becomes("cast", "let x = g(); try!(x as R);", "let x = g(); (x as R)?;"),
    becomes("cast of a chain", "try!(g().map(|x| x) as R);", "(g().map(|x| x) as R)?;"),
    # Block-like ones are accepted bare by rustc and misread by people.
    becomes("match", "try!(match 1 { 1 => g(), _ => g() });", "(match 1 { 1 => g(), _ => g() })?;"),
    becomes("if", "let x = try!(if true { g() } else { g() });", "let x = (if true { g() } else { g() })?;"),
    becomes(
        "if let",
        "try!(if let Ok(_) = g() { g() } else { g() });",
        "(if let Ok(_) = g() { g() } else { g() })?;",
    ),
    becomes("loop", "try!(loop { break g() });", "(loop { break g() })?;"),
    becomes("labelled loop", "try!('a: loop { break 'a g() });", "('a: loop { break 'a g() })?;"),
    becomes("block", "try!({ g() });", "({ g() })?;"),
    becomes("block in let", "let x = try!({ g() });", "let x = ({ g() })?;"),
    becomes("unsafe block", "try!(unsafe { g() });", "(unsafe { g() })?;"),
    becomes(
        "unsafe in an arm",
        "match 1 { 1 => try!(unsafe { g() }), _ => 2 };",
        "match 1 { 1 => (unsafe { g() })?, _ => 2 };",
    ),
    becomes(
        "match as tail",
        "pub fn case() -> R { fn x() -> R { Ok(try!(match 1 { _ => g() })) } x() }",
        "pub fn case() -> R { fn x() -> R { Ok((match 1 { _ => g() })?) } x() }",
    ),
    becomes(
        "chain on a block at statement start",
        "try!(unsafe { g() }.map(|x| x));",
        "(unsafe { g() }.map(|x| x))?;",
    ),
    becomes(
        "chain on a block elsewhere",
        "let x = try!(unsafe { g() }.map(|x| x));",
        "let x = unsafe { g() }.map(|x| x)?;",
    ),
    becomes(
        "call of a block at statement start",
        "try!({ of::<i32, i32> }(1, 2));",
        "({ of::<i32, i32> }(1, 2))?;",
    ),
    becomes(
        "await is a field in 2015",
        "struct F { await: R } let f = F { await: g() }; try!(f.await);",
        "struct F { await: R } let f = F { await: g() }; f.await?;",
    ),
    becomes(
        "await",
        'async fn x() -> R { async fn y() -> R { Ok(1) } r#try!(y().await).is("1") }',
        'async fn x() -> R { async fn y() -> R { Ok(1) } y().await?.is("1") }',
        edition="2018",
    ),
    becomes(
        "async block",
        'async fn x() -> R { r#try!(async { g() }.await).is("1") }',
        'async fn x() -> R { (async { g() }.await)?.is("1") }',
        edition="2018",
    ),
]

# These never compile: only their text can be compared.
UNCOMPILED = [
    becomes("closure", "try!(|x| g());", "(|x| g())?;"),
    becomes("closure that moves", "try!(move || g());", "(move || g())?;"),
    becomes("range", "try!(a..b);", "(a..b)?;"),
    becomes("range from", "try!(a..);", "(a..)?;"),
    becomes("range to", "try!(..b);", "(..b)?;"),
    becomes("inclusive range", "try!(a..=b);", "(a..=b)?;"),
    becomes("assignment", "try!(a = b);", "(a = b)?;"),
    becomes("compound assignment", "try!(a += b);", "(a += b)?;"),
    *(
        becomes(f"comparison {op}", f"try!(a {op} b);", f"(a {op} b)?;")
        for op in ("==", "!=", "<", ">", "<=", ">=", "&&", "||")
    ),
    becomes("literal", "try!(1);", "1?;"),
    becomes("string", 'try!("a, b");', '"a, b"?;'),
    becomes("tuple", "try!((a, b));", "(a, b)?;"),
    becomes("unit", "try!(());", "()?;"),
    becomes("array", "try!([a, b]);", "[a, b]?;"),
    becomes("a negative number with a method", "try!(-1i32.f());", "(-1i32.f())?;"),
    becomes("const block", "try!(const { f() });", "(const { f() })?;", edition="2021"),
    stays("return", "try!(return Ok(1));", "diverges"),
    stays("bare return", "try!(return);", "diverges"),
    stays("break", "loop { try!(break) }", "diverges"),
    stays("break with value", "loop { try!(break 3); }", "diverges"),
    stays("continue", "loop { try!(continue) }", "diverges"),
    stays("attribute on the operand", "try!(#[a] g());", "attribute"),
    stays("nothing inside", "try!();", "not-an-expression"),
    stays("only a comment inside", "try!(/* g() */);", "not-an-expression"),
    stays("two operands", "try!(a, b);", "not-an-expression"),
    stays("two commas", "try!(a,,);", "not-an-expression"),
    stays("statements", "try!{ a; b };", "not-an-expression"),
    stays("only a comma", "try!(,);", "not-an-expression"),
]

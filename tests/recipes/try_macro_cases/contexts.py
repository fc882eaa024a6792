"""What stands around the macro: heads without struct literals, statements by their braces, neighbours."""

from tests.recipes.try_macro_cases import becomes, stays

CASES = [
    becomes("receiver", 'try!(g()).is("1");', 'g()?.is("1");'),
    becomes("called", 'try!(function())(3).is("3");', 'function()?(3).is("3");'),
    becomes("indexed", 'try!(list())[0].is("1");', 'list()?[0].is("1");'),
    becomes("tuple field of the value", 'try!(pair()).0.is("1");', 'pair()?.0.is("1");'),
    becomes(
        "unary",
        '(-try!(g())).is("-1"); !try!(b()); &try!(g()); *&try!(g());',
        '(-g()?).is("-1"); !b()?; &g()?; *&g()?;',
    ),
    becomes("cast before less-than", "let x = (try!(g()) as usize) < 3;", "let x = (g()? as usize) < 3;"),
    becomes("less-than", "let x = try!(g()) < 3;", "let x = g()? < 3;"),
    becomes("binary on both sides", '(try!(g()) + try!(g()) * 2).is("3");', '(g()? + g()? * 2).is("3");'),
    becomes("range of two", '(try!(g())..try!(g())).is("1..1");', '(g()?..g()?).is("1..1");'),
    becomes("range to", '(..try!(g())).is("..1");', '(..g()?).is("..1");'),
    becomes("range from", '(try!(g())..).is("1..");', '(g()?..).is("1..");'),
    becomes(
        "array and tuple", "[try!(g()), try!(g())]; (try!(g()), try!(g()));", "[g()?, g()?]; (g()?, g()?);"
    ),
    becomes("array length style", "[try!(g()); 2];", "[g()?; 2];"),
    becomes("argument", "of(try!(g()), try!(b()));", "of(g()?, b()?);"),
    becomes("struct field", "S { a: try!(b()) };", "S { a: b()? };"),
    becomes(
        "struct base",
        "S { ..try!(Ok::<S, String>(S { a: true })) };",
        "S { ..Ok::<S, String>(S { a: true })? };",
    ),
    becomes(
        "assignment", "let mut x = 1; x = try!(g()); x += try!(g());", "let mut x = 1; x = g()?; x += g()?;"
    ),
    becomes("return value", "return Ok(try!(g()));", "return Ok(g()?);"),
    becomes("returned itself", "return try!(Ok::<R, String>(g()));", "return Ok::<R, String>(g())?;"),
    becomes("break value", "let x = loop { break try!(g()) };", "let x = loop { break g()? };"),
    becomes(
        "closure body", "let c = || -> R { Ok(try!(g())) }; try!(c());", "let c = || -> R { Ok(g()?) }; c()?;"
    ),
    becomes(
        "closure without a type",
        "let c = || { try!(g()); Ok::<(), String>(()) }; c();",
        "let c = || { g()?; Ok::<(), String>(()) }; c();",
    ),
    becomes(
        "closure body without braces",
        "let c = |x: R| -> R { Ok(try!(x)) };",
        "let c = |x: R| -> R { Ok(x?) };",
    ),
    becomes("arm", "match 1 { 1 => try!(g()), _ => try!(g()) };", "match 1 { 1 => g()?, _ => g()? };"),
    becomes("guard", "match 1 { x if try!(b()) => 1, _ => 2 };", "match 1 { x if b()? => 1, _ => 2 };"),
    becomes(
        "guard may hold a struct literal",
        "match 1 { x if try!((S { a: true }).c()) => 1, _ => 2 };",
        "match 1 { x if (S { a: true }).c()? => 1, _ => 2 };",
    ),
    becomes("if head", "if try!(b()) {}", "if b()? {}"),
    becomes("while head", "while !try!(b()) {}", "while !b()? {}"),
    becomes("for head", "for x in try!(list()) {}", "for x in list()? {}"),
    becomes("match head", "match try!(g()) { _ => {} }", "match g()? { _ => {} }"),
    becomes("if let head", "if let 1 = try!(g()) {}", "if let 1 = g()? {}"),
    becomes("while let head", "while let 2 = try!(g()) {}", "while let 2 = g()? {}"),
    # Struct literals are read as blocks in a head.
    becomes("struct literal in if", "if try!(S { a: true }.c()) {}", "if (S { a: true }.c())? {}"),
    becomes(
        "struct literal in else if",
        "if false {} else if try!(S { a: true }.c()) {}",
        "if false {} else if (S { a: true }.c())? {}",
    ),
    becomes("struct literal in while", "while !try!(S { a: true }.c()) {}", "while !(S { a: true }.c())? {}"),
    becomes(
        "struct literal in match",
        "match try!(S { a: true }.c()) { _ => {} }",
        "match (S { a: true }.c())? { _ => {} }",
    ),
    becomes(
        "struct literal in for",
        "for x in Some(try!(S { a: true }.c())) {}",
        "for x in Some(S { a: true }.c()?) {}",
    ),
    becomes(
        "struct literal in a bare for",
        "for x in try!(S { a: true }.c().map(Some)) {}",
        "for x in (S { a: true }.c().map(Some))? {}",
    ),
    becomes(
        "struct literal in if let",
        "if let true = try!(S { a: true }.c()) {}",
        "if let true = (S { a: true }.c())? {}",
    ),
    becomes(
        "struct literal in while let",
        "while let false = try!(S { a: true }.c()) {}",
        "while let false = (S { a: true }.c())? {}",
    ),
    becomes(
        "struct literal behind an operator",
        "if true == try!(S { a: true }.c()) {}",
        "if true == (S { a: true }.c())? {}",
    ),
    becomes(
        "struct literal deep in a chain",
        "if try!(S { a: true }.inner().inner().c()) {}",
        "if (S { a: true }.inner().inner().c())? {}",
    ),
    becomes(
        "struct literal of an inner site",
        "if try!(try!(S { a: true }.c().map(Ok::<bool, String>))) {}",
        "if (S { a: true }.c().map(Ok::<bool, String>))?? {}",
    ),
    becomes(
        "struct literal in the brackets of a head",
        "if try!((S { a: true }).c()) {}",
        "if (S { a: true }).c()? {}",
    ),
    becomes(
        "struct literal as an argument in a head",
        "if try!(of(S { a: true }, 1)).a {}",
        "if of(S { a: true }, 1)?.a {}",
    ),
    becomes(
        "struct literal in the block of a head",
        "if { try!(S { a: true }.c()) } {}",
        "if { S { a: true }.c()? } {}",
    ),
    becomes(
        "struct literal in the body",
        "if true { try!(S { a: true }.c()); }",
        "if true { S { a: true }.c()?; }",
    ),
    becomes(
        "struct literal after the body",
        "if true {} try!(S { a: true }.c());",
        "if true {} S { a: true }.c()?;",
    ),
    becomes("struct literal in let", "let x = try!(S { a: true }.c());", "let x = S { a: true }.c()?;"),
    # Braces and semicolons.
    becomes("statement", "try!(g());", "g()?;"),
    becomes("brackets", "try![g()];", "g()?;"),
    becomes("braces with semicolon", "try! { g() };", "g()?;"),
    becomes("braces without semicolon", "try! { h() } g();", "h()?; g();"),
    becomes("braces without semicolon on their line", "try! { h() }\ng();", "h()?;\ng();"),
    becomes("braces before a block", "try! { h() } { g(); }", "h()?; { g(); }"),
    becomes(
        "braces before an operator",
        'let mut x = 1; let p = &mut x; try! { h() } *p = 2; x.is("2");',
        'let mut x = 1; let p = &mut x; h()?; *p = 2; x.is("2");',
    ),
    becomes("braces before a minus", "try! { h() } -1;", "h()?; -1;"),
    becomes("braces before parentheses", "try! { h() } (1, 2);", "h()?; (1, 2);"),
    becomes("braces after a block", "if true {} try! { h() } g();", "if true {} h()?; g();"),
    becomes("braces with an attribute", "#[allow(unused)] try! { h() } g();", "#[allow(unused)] h()?; g();"),
    becomes(
        "braces as tail",
        "pub fn case() -> R { fn x() -> Result<(), String> { { try! { h() } } Ok(()) } g() }",
        "pub fn case() -> R { fn x() -> Result<(), String> { { h()? } Ok(()) } g() }",
    ),
    becomes("braces as receiver", 'try! { g() }.is("1");', 'g()?.is("1");'),
    becomes("braces with question mark", "try! { gg() }?;", "gg()??;"),
    becomes(
        "braces in an arm",
        "match 1 { 1 => try! { g() }, _ => try! { g() } };",
        "match 1 { 1 => g()?, _ => g()? };",
    ),
    becomes("braces in let", "let x = try! { g() };", "let x = g()?;"),
    becomes(
        "braces in let else",
        "let 1 = (r#try! { g() }) else { return g() };",
        "let 1 = (g()?) else { return g() };",
        edition="2021",
    ),
    becomes(
        "let else",
        "let 1 = r#try!(g()) else { return g() };",
        "let 1 = g()? else { return g() };",
        edition="2021",
    ),
    becomes("braces as an operand of an operator", "let x = 1 + try! { g() } + 1;", "let x = 1 + g()? + 1;"),
    # Only in a block does a statement begin.
    becomes(
        "braces in the input of a macro", 'vec!{ try!{ g() } * 2 }.is("[2]");', 'vec!{ g()? * 2 }.is("[2]");'
    ),
    becomes(
        "braces as a length",
        'vec![7; try!{ Ok::<usize, String>(1) } * 2].is("[7, 7]");',
        'vec![7; Ok::<usize, String>(1)? * 2].is("[7, 7]");',
    ),
    becomes("braces in an array", "[#[cfg(unix)] try!{ g() }, 2];", "[#[cfg(unix)] g()?, 2];"),
    becomes(
        "braces after an inner attribute",
        "{ #![allow(unused)] try!{ h() } -1 };",
        "{ #![allow(unused)] h()?; -1 };",
    ),
    becomes(
        "braces in an arm before an operator",
        'match 1 { _ => try!{ g() } - 1 }.is("0");',
        'match 1 { _ => g()? - 1 }.is("0");',
    ),
    becomes("match in braces", "try! { match 1 { _ => h() } } g();", "(match 1 { _ => h() })?; g();"),
    # Attributes of the statement stay.
    becomes("attribute on the statement", "#[cfg(unix)] try!(g());", "#[cfg(unix)] g()?;"),
    becomes(
        "attribute before parentheses",
        "#[allow(unused)] try!(match 1 { _ => g() });",
        "#[allow(unused)] (match 1 { _ => g() })?;",
    ),
    becomes(
        "false cfg", "#[cfg(any())] fn x() -> R { Ok(try!(g())) }", "#[cfg(any())] fn x() -> R { Ok(g()?) }"
    ),
    # Neighbours that would become one token.
    becomes("word after", "let x = try!(g())as u8;", "let x = g()? as u8;"),
    becomes("word before", "return try!(Ok::<R, String>(g()));", "return Ok::<R, String>(g())?;"),
    becomes(
        "operator before angle bracket",
        "let x = 0<try!(<R as Clone>::clone(&g()));",
        "let x = 0< <R as Clone>::clone(&g())?;",
    ),
    becomes("colon before a global path", "S {a:try!(::b())};", "S {a: ::b()?};", given="use b;"),
    becomes("slash before a comment", "let x = 4/try!(/* one */ g());", "let x = 4/ /* one */ g()?;"),
    becomes("space before the bang", "try !(g()); try ! (g());", "g()?; g()?;"),
    becomes("comment before the bang", "try/* why */!(g());", "/* why */ g()?;"),
    becomes("unsafe around", "unsafe { try!(g()) };", "unsafe { g()? };"),
    becomes(
        "in an impl",
        "struct T; impl T { fn x(&self) -> R { Ok(try!(g())) } }",
        "struct T; impl T { fn x(&self) -> R { Ok(g()?) } }",
    ),
    becomes(
        "in an async block",
        "async { r#try!(g()); Ok::<(), String>(()) };",
        "async { g()?; Ok::<(), String>(()) };",
        edition="2018",
    ),
    becomes("after a dot-dot", "for i in 0..try!(g()) {}", "for i in 0..g()? {}"),
]

UNCOMPILED = [
    stays("try block", "let x = try { r#try!(g()) };", "try-block", edition="2018"),
    becomes("a struct named try is no block", "let x = try { a: try!(g()) };", "let x = try { a: g()? };"),
]

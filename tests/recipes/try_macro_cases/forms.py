"""Later forms, for what the plain one would not compile: the type that `try!` fixed is written out."""

from tests.recipes.try_macro_cases import becomes, stays

COLLECT = "vec![g(), g()].into_iter()"

CASES = [
    becomes(
        "collect",
        f"let v: Vec<i32> = try!({COLLECT}.collect());",
        f"let v: Vec<i32> = {COLLECT}.collect::<Result<_, _>>()?;",
        form="annotated Result",
    ),
    becomes(
        "sum",
        f"let v: i32 = try!({COLLECT}.sum());",
        f"let v: i32 = {COLLECT}.sum::<Result<_, _>>()?;",
        form="annotated Result",
    ),
    becomes(
        "product",
        f"let v: i32 = try!({COLLECT}.product());",
        f"let v: i32 = {COLLECT}.product::<Result<_, _>>()?;",
        form="annotated Result",
    ),
    becomes(
        "collect with the full name",
        f"let v: Vec<i32> = try!({COLLECT}.collect());",
        f"let v: Vec<i32> = {COLLECT}.collect::<::std::result::Result<_, _>>()?;",
        form="annotated ::std::result::Result",
    ),
    becomes(
        "collect with a comment",
        f"let v: Vec<i32> = try!({COLLECT}.collect(/* all */) /* it */);",
        f"let v: Vec<i32> = {COLLECT}.collect::<Result<_, _>>(/* all */)? /* it */;",
        form="annotated Result",
    ),
    becomes(
        "collect in 2021",
        f"let v: Vec<i32> = r#try!({COLLECT}.collect());",
        f"let v: Vec<i32> = {COLLECT}.collect::<Result<_, _>>()?;",
        form="annotated Result",
        edition="2021",
    ),
    becomes(
        "into",
        "let v: i32 = try!(Ok::<i32, String>(1).into());",
        "let v: i32 = ::std::convert::identity::<Result<_, _>>(Ok::<i32, String>(1).into())?;",
        form="identity ::std Result",
    ),
    becomes(
        "into in 2018",
        "let v: i32 = r#try!(Ok::<i32, String>(1).into());",
        "let v: i32 = core::convert::identity::<Result<_, _>>(Ok::<i32, String>(1).into())?;",
        form="identity core Result",
        edition="2018",
    ),
    becomes(
        "function generic in its result",
        "fn make<T: ::std::convert::From<Result<i32, String>>>() -> T { T::from(g()) } let v: "
        "i32 = try!(make());",
        "fn make<T: ::std::convert::From<Result<i32, String>>>() -> T { T::from(g()) } let v: "
        "i32 = ::std::convert::identity::<Result<_, _>>(make())?;",
        form="identity ::std Result",
    ),
    becomes(
        "identity needs no parentheses",
        "try!(N(1) + N(2));",
        "::std::convert::identity::<Result<_, _>>(N(1) + N(2))?;",
        form="identity ::std Result",
    ),
    becomes(
        "identity where the file has its own Result",
        "pub mod m { pub type Result<T> = ::std::result::Result<T, String>; pub fn x() -> "
        "Result<i32> { Ok(try!(Ok::<i32, String>(1).into())) } }",
        "pub mod m { pub type Result<T> = ::std::result::Result<T, String>; pub fn x() -> Result<i32> "
        "{ Ok(::std::convert::identity::<::std::result::Result<_, _>>(Ok::<i32, String>(1).into())?) } }",
        form="identity ::std ::std::result::Result",
    ),
    becomes(
        "a Result under another name is no other Result",
        "use std::io::Result as Io;\nlet v: i32 = try!(Ok::<i32, String>(1 as i32).into());",
        "use std::io::Result as Io;\nlet v: i32 = "
        "::std::convert::identity::<Result<_, _>>(Ok::<i32, String>(1 as i32).into())?;",
        form="identity ::std Result",
    ),
    becomes(
        "an imported Result",
        "fn y() {\n    use std::{fmt, io::Result};\n}\nlet v: i32 = try!(Ok::<i32, String>(1).into());",
        "fn y() {\n    use std::{fmt, io::Result};\n}\nlet v: i32 = "
        "::std::convert::identity::<::std::result::Result<_, _>>(Ok::<i32, String>(1).into())?;",
        form="identity ::std ::std::result::Result",
    ),
    # A macro's body is read where the macro is used: `Result` may be anything there.
    becomes(
        "identity in a macro's body",
        "macro_rules! m { ($e:expr) => { try!($e.into()) }; } "
        "pub mod n { pub type Result = (); "
        "pub fn x() -> ::R { let v: i32 = m!(Ok::<i32, String>(1)); Ok(v) } }",
        "macro_rules! m { ($e:expr) => { "
        "::std::convert::identity::<::std::result::Result<_, _>>($e.into())? }; } "
        "pub mod n { pub type Result = (); "
        "pub fn x() -> ::R { let v: i32 = m!(Ok::<i32, String>(1)); Ok(v) } }",
        form="identity ::std ::std::result::Result",
    ),
    becomes(
        "identity in a macro's body in 2018",
        "macro_rules! m { ($e:expr) => { r#try!($e.into()) }; } let v: i32 = m!(Ok::<i32, String>(1));",
        "macro_rules! m { ($e:expr) => { "
        "::core::convert::identity::<::core::result::Result<_, _>>($e.into())? }; } "
        "let v: i32 = m!(Ok::<i32, String>(1));",
        form="identity ::core ::core::result::Result",
        edition="2018",
    ),
    becomes(
        "collect in a macro's body",
        f"macro_rules! m {{ ($e:expr) => {{ try!($e.collect()) }}; }} let v: Vec<i32> = m!({COLLECT});",
        f"macro_rules! m {{ ($e:expr) => {{ $e.collect::<::std::result::Result<_, _>>()? }}; }} "
        f"let v: Vec<i32> = m!({COLLECT});",
        form="annotated ::std::result::Result",
    ),
    # A reference: `try!` matched through it.
    becomes(
        "reference",
        "let r: Result<i32, &'static str> = Ok(1); let f = || -> Result<i32, Own> { Ok(*try!(&r)) }; "
        "struct Own; impl<'a, 'b> From<&'a &'b str> for Own { fn from(_: &'a &'b str) -> Own { Own } }",
        "let r: Result<i32, &'static str> = Ok(1); let f = || -> Result<i32, Own> { Ok(*r.as_ref()?) }; "
        "struct Own; impl<'a, 'b> From<&'a &'b str> for Own { fn from(_: &'a &'b str) -> Own { Own } }",
    ),
    becomes(
        "reference to a field",
        "struct F { r: Result<i32, String> } let f = F { r: g() }; try!(&f.r);",
        "struct F { r: Result<i32, String> } let f = F { r: g() }; f.r.as_ref()?;",
    ),
    becomes(
        "reference to a dereference",
        "let p = Box::new(g()); try!(&*p);",
        "let p = Box::new(g()); (*p).as_ref()?;",
    ),
    becomes(
        "reference in lines",
        "let r = g();\ntry!(\n    & /* it */ r\n);",
        "let r = g();\n/* it */ r.as_ref()?;",
    ),
    becomes(
        "reference to a call with types",
        "try!(&of::<i32, u8>(1, 2));",
        "(of::<i32, u8>(1, 2)).as_ref()?;",
    ),
    becomes("reference to a match", "try!(&match 1 { _ => g() });", "(match 1 { _ => g() }).as_ref()?;"),
    becomes(
        "reference to a chain on a block at statement start",
        "try!(&unsafe { g() }.map(|x| x));",
        "(unsafe { g() }.map(|x| x)).as_ref()?;",
    ),
    becomes(
        "reference to a struct literal in a head",
        "if *try!(&S { a: true }.c()) {}",
        "if *(S { a: true }.c()).as_ref()? {}",
    ),
    becomes(
        "an operator that takes a reference",
        "struct A; impl<'a> Add<i32> for &'a A { type Output = R; fn add(self, x: i32) -> R { Ok(x) } }\n"
        "let a = A; try!(&a + 1);",
        "struct A; impl<'a> Add<i32> for &'a A { type Output = R; fn add(self, x: i32) -> R { Ok(x) } }\n"
        "let a = A; (&a + 1)?;",
    ),
    becomes(
        "reference on a line of its own",
        "let r = g();\ntry!(\n    &\n    r\n);",
        "let r = g();\n\nr.as_ref()?;",
    ),
    becomes(
        "reference in a macro's body",
        "macro_rules! m { ($e:expr) => { try!(&$e) }; } m!(g());",
        "macro_rules! m { ($e:expr) => { $e.as_ref()? }; } m!(g());",
    ),
    becomes("reference to a nested site", "try!(&try!(gg()));", "gg()?.as_ref()?;"),
]

UNCOMPILED = [
    becomes("mutable reference", "*try!(&mut r) += 1;", "*r.as_mut()? += 1;"),
    stays("reference to a reference", "try!(&&r);", "reference"),
    stays("reference to a mutable reference", "try!(& &mut r);", "reference"),
    becomes("reference that is cast", "try!(&r as &R);", "(&r as &R)?;"),
    becomes("references compared", "try!(&&a == &&b);", "(&&a == &&b)?;"),
    becomes(
        "reference to a repetition",
        "macro_rules! m { ($($t:tt)*) => { try!(&$($t)*) }; }",
        "macro_rules! m { ($($t:tt)*) => { (&$($t)*)? }; }",
    ),
    becomes("mutable reference with a comment", "try!(& /* it */ mut m);", "/* it */ m.as_mut()?;"),
    becomes(
        "mutable dereference with comments",
        "try!(& /* a */ mut /* b */ *m);",
        "(/* a */ /* b */ *m).as_mut()?;",
    ),
    becomes(
        "no_std",
        "let v: i32 = try!(make());",
        "let v: i32 = ::core::convert::identity::<Result<_, _>>(make())?;",
        form="identity ::core Result",
    ),
]

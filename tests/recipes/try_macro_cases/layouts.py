"""Where comments, line breaks and indentation end up."""

from tests.recipes.try_macro_cases import becomes, stays

CASES = [
    becomes("trailing comma", "try!(g(),);", "g()?;"),
    becomes("trailing comma and space", "try!( g() , );", "g()?;"),
    becomes("spaces inside", "try!( g() );", "g()?;"),
    becomes("leading block comment", "try!(/* c */ g());", "/* c */ g()?;"),
    becomes("trailing block comment", "try!(g() /* c */);", "g()? /* c */;"),
    becomes("trailing block comment without a space", "try!(g()/* c */);", "g()?/* c */;"),
    becomes("comment before the trailing comma", "try!(g() /* c */,);", "g()? /* c */;"),
    becomes("comment after the trailing comma", "try!(g(), /* c */);", "g()? /* c */;"),
    becomes("comments on both sides of the comma", "try!(g() /* a */, /* b */);", "g()? /* a */ /* b */;"),
    becomes("inner comment", "try!(g(/* none */).map(/* f */ |x| x));", "g(/* none */).map(/* f */ |x| x)?;"),
    becomes("comment of a nested site", "try!(try!(gg() /* in */) /* out */);", "gg()? /* in */? /* out */;"),
    becomes("comment between nested sites", "try!(/* a */ try!(/* b */ gg()));", "/* a */ /* b */ gg()??;"),
    becomes("comment in parentheses", "try!(/* a */ -N(1) /* b */);", "(/* a */ -N(1))? /* b */;"),
    becomes("trailing line comment", "try!(g() // why\n);", "g()?; // why"),
    becomes(
        "trailing line comment in let", "let x = try!(\n    g() // why\n);\nx;", "let x = g()?; // why\nx;"
    ),
    becomes(
        "trailing line comment before more code",
        "let x = try!(g() // why\n) + 1;",
        "let x = g()? // why\n + 1;",
    ),
    becomes("trailing line comment in a chain", 'try!(g() // why\n).is("1");', 'g()? // why\n.is("1");'),
    becomes(
        "trailing line comment in a list",
        "let x = [\n    try!(g() // one\n    ),\n    2,\n];",
        "let x = [\n    g()?, // one\n    2,\n];",
    ),
    becomes("trailing line comment, comma inside", "try!(\n    g(), // why\n);", "g()?; // why"),
    becomes(
        "trailing line comment as tail",
        "let x = {\n    try!(g() // why\n    )\n};",
        "let x = {\n    g()? // why\n};",
    ),
    becomes("two trailing line comments", "try!(\n    g() // a\n    // b\n);", "g()?; // a\n// b"),
    becomes("leading line comment", "try!( // why\n    g());", "// why\n    g()?;"),
    becomes(
        "leading line comment on its line",
        "let x = try!(\n    // why\n    g()\n);",
        "let x =\n    // why\n    g()?;",
    ),
    becomes(
        "leading line comment on its line, in parentheses",
        "let x = try!(\n    // why\n    -N(1)\n);",
        "let x = (\n    // why\n    -N(1))?;",
    ),
    becomes(
        "leading line comment on its line, as a statement",
        "    try!(\n        // why\n        g()\n    );",
        "    // why\n    g()?;",
    ),
    becomes(
        "leading line comment on its line, nested",
        "let x = try!(try!(\n    // why\n    gg()\n));",
        "let x = // why\ngg()??;",
    ),
    becomes("leading line comment in parentheses", "try!( // why\n    -N(1));", "(// why\n    -N(1))?;"),
    becomes("comment before the delimiter", "try! /* c */ (g());", "/* c */ g()?;"),
    becomes("comment in the path", "::std:: /* c */ try!(g());", "/* c */ g()?;"),
    becomes(
        "comments everywhere",
        "::std /* a */ :: try /* b */ ! /* c */ ( /* d */ -N(1) /* e */ , /* f */ ) /* g */;",
        "(/* a */ /* b */ /* c */ /* d */ -N(1))? /* e */  /* f */ /* g */;",
    ),
    becomes(
        "comments before nested delimiters", "try /* a */ !(try /* b */ !(gg()));", "/* a */ /* b */ gg()??;"
    ),
    becomes("slash before a comment of the head", "4/try /* c */ !(g());", "4/ /* c */ g()?;"),
    becomes(
        "comment before the delimiter and in front of the operand",
        "let x = try /* a */ !(\n    // b\n    g()\n);",
        "let x = /* a */\n    // b\n    g()?;",
    ),
    becomes(
        "trailing line comment and one before the semicolon",
        "try!( g() // why\n ) /* lost */;",
        "g()? // why\n  /* lost */;",
    ),
    becomes(
        "trailing line comments inside and outside",
        "try!( g() // why\n ) // more\n ;",
        "g()? // why\n  // more\n ;",
    ),
    becomes(
        "line comment of a nested site at the end of its line",
        "let x = try!(try!(gg() // why\n    )\n);",
        "let x = gg()? // why\n    ?;",
    ),
    becomes(
        "nested site whose delimiter is on another line",
        "    try!(\n        try\n        !(\n            gg()\n        )\n    );",
        "    gg()??;",
    ),
    becomes(
        "nested site whose delimiter is on another line, after a comment",
        "    try!(\n        of(try\n        /* a */\n        !(g()), 1)\n    );",
        "    of(/* a */ g()?, 1)?;",
    ),
    becomes(
        "line comment of a nested site, and one behind it",
        "try!(try!(gg() // why\n    )\n    /* more */ );",
        "gg()? // why\n    ?\n    /* more */;",
    ),
    becomes("line comment inside", "try!(of(1, // one\n    2 // two\n));", "of(1, // one\n    2 // two\n)?;"),
    becomes(
        "comment of a nested site on a line",
        "try!(of(try!(g() // in\n    ), 1) // out\n);",
        "of(g()? // in\n    , 1)?; // out",
    ),
    becomes(
        "comments that look like code", "try!(g(/* try!(x) */)); // try!(y)", "g(/* try!(x) */)?; // try!(y)"
    ),
    becomes(
        "string that looks like code",
        'try!("try!(x)".is("\\"try!(x)\\""));',
        '"try!(x)".is("\\"try!(x)\\"")?;',
    ),
    # Lines of its own: the operand moves to where `try!` stood.
    becomes("operand on its own line", "try!(\n    g()\n);", "g()?;"),
    becomes(
        "operand on its own lines",
        "    try!(\n        of(1,\n           2)\n    );",
        "    of(1,\n       2)?;",
    ),
    becomes(
        "chain on its own lines",
        "    let x = try!(\n        g()\n            .map(|x| x)\n            .or(g())\n    );",
        "    let x =\n        g()\n            .map(|x| x)\n            .or(g())?;",
    ),
    becomes(
        "chain on its own lines, then a cast",
        "    let x = try!(\n        g()\n            .or(g())\n    ) as u64;",
        "    let x =\n        g()\n            .or(g())? as u64;",
    ),
    becomes(
        "chain on its own lines as a statement",
        "    try!(\n        g()\n            .or(g())\n    );",
        "    g()\n        .or(g())?;",
    ),
    becomes(
        "chain on its own lines as an argument",
        "    let x = Some(try!(\n        g()\n            .or(g())\n    ));",
        "    let x = Some(g()\n        .or(g())?);",
    ),
    becomes(
        "one line of its own joins what stands before",
        "    let x = try!(\n        g()\n    );",
        "    let x = g()?;",
    ),
    becomes(
        "chain on its own lines with another site in it",
        "    let x = try!(\n        of(try!(\n            g()\n        ), 2)\n            .or(g())\n    );",
        "    let x =\n        of(g()?, 2)\n            .or(g())?;",
    ),
    becomes(
        "operand begins on the macro's line",
        "    try!(of(1,\n              2));",
        "    of(1,\n              2)?;",
    ),
    becomes(
        "closing delimiter on its own line",
        "    try!(of(1,\n            2)\n    );",
        "    of(1,\n            2)?;",
    ),
    becomes(
        "block that begins on the macro's line",
        "    try!(of({\n        1\n    }, 2));",
        "    of({\n        1\n    }, 2)?;",
    ),
    becomes("tabs", "\ttry!(\n\t\tof(1,\n\t\t\t2)\n\t);", "\tof(1,\n\t\t2)?;"),
    becomes("tabs and spaces mixed", "\ttry!(\n\t    of(1,\n\t\t2)\n\t);", "\tof(1,\n\t\t2)?;"),
    becomes(
        "operand indented less than the macro",
        "        try!(\n    of(1,\n    2)\n);",
        "        of(1,\n    2)?;",
    ),
    becomes(
        "blank lines and trailing spaces",
        "    try!(\n        of(1,\n\n            2)\n\n    );",
        "    of(1,\n\n        2)?;",
    ),
    becomes(
        "string over several lines",
        '    try!(\n        of("a\n        b",\n            2)\n    ).is("\\"a\\\\n        b\\"");',
        '    of("a\n        b",\n        2)?.is("\\"a\\\\n        b\\"");',
    ),
    becomes(
        "raw string over several lines",
        '    try!(\n        of(r#"a\n        "b""#,\n            2)\n    );',
        '    of(r#"a\n        "b""#,\n        2)?;',
    ),
    becomes(
        "block comment over several lines",
        "    try!(\n        of(1, /* a\n        b */\n            2)\n    );",
        "    of(1, /* a\n        b */\n        2)?;",
    ),
    becomes(
        "comment lines move too",
        "    try!(\n        of(1,\n            // two\n            2)\n    );",
        "    of(1,\n        // two\n        2)?;",
    ),
    becomes(
        "nested sites on their own lines",
        "    try!(\n        of(\n            try!(\n                of(1,\n                    "
        "2)\n            ),\n            3)\n    );",
        "    of(\n        of(1,\n            2)?,\n        3)?;",
    ),
    becomes(
        "directly nested sites on their own lines",
        "    try!(\n        try!(\n            gg()\n                .map(|x| x)\n        )\n    );",
        "    gg()\n        .map(|x| x)??;",
    ),
    becomes(
        "nested site begins on the macro's line",
        "    try!(of(try!(\n        of(1,\n            2)\n    ), 3));",
        "    of(of(1,\n        2)?, 3)?;",
    ),
    becomes(
        "parentheses on their own lines",
        "    try!(\n        N(1)\n            + N(2)\n    );",
        "    (N(1)\n        + N(2))?;",
    ),
    # Bytes of the file.
    becomes(
        "CRLF",
        "fn x() -> R {\r\n    try!(\r\n        of(1,\r\n            2)\r\n    ); // c\r\n    g()\r\n}\r\n",
        "fn x() -> R {\r\n    of(1,\r\n        2)?; // c\r\n    g()\r\n}\r\n",
    ),
    becomes(
        "CRLF and a trailing comment",
        "fn x() -> R {\r\n    try!(g() // why\r\n    );\r\n    g()\r\n}\r\n",
        "fn x() -> R {\r\n    g()?; // why\r\n    g()\r\n}\r\n",
    ),
    becomes(
        "non-ASCII names and strings",
        'let größe = text(); let s = "日本 — 🦀"; try!(größe).is("\\"x\\""); /* ü */ try!(g());',
        'let größe = text(); let s = "日本 — 🦀"; größe?.is("\\"x\\""); /* ü */ g()?;',
    ),
    becomes("no final newline", "fn x() -> R { Ok(try!(g())) }", "fn x() -> R { Ok(g()?) }"),
]

UNCOMPILED = [
    becomes(
        "byte order mark",
        "\ufefffn x() -> R { Ok(try!(g())) }",
        "\ufefffn x() -> R { Ok(g()?) }",
        is_file=True,
    ),
    becomes(
        "byte order mark and an import",
        "\ufeffuse std::try;\nfn x() -> R { Ok(try!(g())) }",
        "\ufefffn x() -> R { Ok(g()?) }",
        is_file=True,
    ),
    # Prose is never touched.
    stays("line comment", "// try!(x)\nfn x() {}"),
    stays("block comment", "/* try!(x) */ fn x() {}"),
    stays("string", 'const A: &\'static str = "try!(x)";'),
    stays("raw string", 'const A: &\'static str = r#"try!(x)"#;'),
    stays("documentation prose", "/// Use `try!(x)` here: try!(x).\nfn x() {}"),
    stays("doc attribute", '#[doc = "try!(x)"]\nfn x() {}'),
    # The place of code can be what a program is about.
    stays(
        "joined lines where lines are read",
        "fn x() -> R {\n    try!(\n        g()\n    );\n    Ok(line!())\n}",
        "position-value",
    ),
    becomes(
        "lines that stay", "fn x() -> R { try!(g());\n Ok(line!()) }", "fn x() -> R { g()?;\n Ok(line!()) }"
    ),
    stays("column behind", "fn x() { try!(g(column!())); }", "position-value"),
    stays("column later on the line", "fn x() { try!(g()); column!(); }", "position-value"),
    becomes("column before", "fn x() { column!(); try!(g()); }", "fn x() { column!(); g()?; }"),
    becomes("column on another line", "fn x() { try!(g());\n column!(); }", "fn x() { g()?;\n column!(); }"),
    becomes("a function called line", "fn x() { try!(\n    line()\n); }", "fn x() { line()?; }"),
    stays("line comment before the bang", "try // c\n !(x);", "comment"),
    stays("line comment before the delimiter", "try! // c\n (x);", "comment"),
    stays("comment of two lines before the delimiter", "try! /* a\n b */ (x);", "comment"),
    # Other names.
    stays("function called try", "fn try(x: u8) -> u8 { x } fn y() { try(1); }"),
    stays("module called try", "mod try { pub fn x() {} } fn y() { try::x(); }"),
    stays("raw function called try", "fn r#try() {} fn y() { r#try(); }", edition="2021"),
    stays("not equal", "fn y(try: u8) -> bool { try != 1 }"),
    stays("not equal without spaces", "fn y(try: u8) -> bool { try!=1 }"),
    *(
        stays(f"macro called {name}", f"fn y() {{ {name}!(x); }}")
        for name in (
            "try_",
            "try_opt",
            "try_ready",
            "try_nb",
            "try_or",
            "tryhard",
            "try_join",
            "retry",
            "_try",
        )
    ),
    stays("try block", "fn y() { let x: Option<u8> = try { 1 }; }", edition="2021"),
    # A person said so.
    stays("keep", "fn x() -> R {\n    // codemod: keep\n    try!(g())\n}", "kept"),
    stays(
        "keep with a reason",
        "fn x() -> R {\n    try!(g()) // codemod: keep(try-macro): shows the old way\n}",
        "kept",
    ),
]

"""Where a probe can be put into a source."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from codemods.rust.probes import place_of_probe
from codemods.rust.source import Source
from codemods.rust.spans import Span


def _marked(code: str) -> tuple[str, Span]:
    """Return the code without its marks, and the span between `«` and `»`."""
    start, end = code.index("«"), code.index("»") - 1
    plain = code.replace("«", "").replace("»", "")
    return plain, Span(len(plain[:start].encode()), len(plain[:end].encode()))


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("fn f() { a(); b(«x»); }", "fn f() { a(); "),
        ("fn f() { a(); «x» }", "fn f() { a(); "),
        ("fn f() { let «x» = 1; y }", "fn f() { let x = 1;"),
        ("fn f() { let mut «x» = 1; y }", "fn f() { let mut x = 1;"),
        ("fn f() { let (a, «x») = z; y }", "fn f() { let (a, x) = z;"),
        ("fn f() { let x = «z»; y }", "fn f() { "),
        ("fn f(«x»: u8) { y }", "fn f(x: u8) {"),
        ("fn f() { for «x» in y { z } }", "fn f() { for x in y {"),
        ("fn f() { for x in «y» { z } }", "fn f() { "),
        ("fn f() { g(|«x»| { z }) }", "fn f() { g(|x| {"),
        ("fn f() { match y { Some(«x») => { z } } }", "fn f() { match y { Some(x) => {"),
        ("fn f() { #[cfg(a)] «x»(); }", "fn f() { "),
        ("fn f() { if c { «x».y() } else { z } }", "fn f() { if c { "),
        ("fn f() { ü(); «x»; }", "fn f() { ü(); "),
    ],
)
def test_a_probe_stands_where_the_place_is_known(code: str, after: str) -> None:
    plain, span = _marked(code)

    at = place_of_probe(Source(PurePosixPath("a.rs"), plain.encode()), span)

    assert at is not None
    assert plain.encode()[:at].decode() == after


@pytest.mark.parametrize(
    "code",
    [
        "fn f() { g(|«x»| z) }",
        "fn f() { if let Some(«x») = y { z } }",
        "static X: u8 = «y»;",
        "macro_rules! m { () => { { «x»(); } } }",
        "/// ```\n/// «x»();\n/// ```\nfn f() {}",
    ],
)
def test_there_is_no_place_for_some(code: str) -> None:
    plain, span = _marked(code)

    assert place_of_probe(Source(PurePosixPath("a.rs"), plain.encode()), span) is None

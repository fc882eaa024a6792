"""Other macros of a name are found, with how far they reach and whether a build shows them."""

import pytest

from codemods.cargo.report import Unit
from codemods.engine.rivals import Rival, Rivals
from codemods.rust.spans import Span


def unit(*files: str) -> Unit:
    return Unit("u", "p", "p", "lib", False, "2015", (), (), "", frozenset(files), True, ())


def rivals(
    sources: dict[str, str], compiled: set[str] | None = None, externs: frozenset[str] = frozenset()
) -> tuple[Rival, ...]:
    home = unit(*(compiled if compiled is not None else set(sources) - externs))
    own = frozenset(path for path in sources if path not in externs)
    found = Rivals(
        "try",
        (home,),
        lambda path: sources[path].encode() if path in sources else None,
        lambda _: externs,
        lambda _: own,
    )
    return found.of(home)


DEFINED = "macro_rules! try { ($e:expr) => { $e } }\n"


@pytest.mark.parametrize(
    "text",
    [
        DEFINED,
        "macro_rules ! /* c */ try { () => {} }",
        "macro_rules! r#try { () => {} }",
        "use dep::r#try;",
        "use dep::{other, r#try};",
        "use dep::attempt as r#try;",
        "pub macro r#try($e:expr) { $e }",
    ],
)
def test_every_spelling_is_found(text: str) -> None:
    (rival,) = rivals({"src/lib.rs": text})

    assert rival.place == "src/lib.rs:1"
    assert rival.condition is None


@pytest.mark.parametrize(
    "text",
    [
        "// macro_rules! try is not defined here\n",
        "/// We use this and that, try, and more;\nfn f() {}",
        "use std::r#try;",
        "use ::std::r#try as attempt;",
        "macro_rules! try_opt { () => {} }",
        "fn try() {}",
        "use a::b;\nfn f() { try!(x) }",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert rivals({"src/lib.rs": text}) == ()


def test_a_cfg_is_told_but_for_test_whose_both_sides_are_built() -> None:
    windows, test = rivals({"src/lib.rs": f"#[cfg(windows)]\n{DEFINED}#[cfg(test)]\n{DEFINED}"})

    assert windows.condition == "#[cfg(windows)]"
    assert test.condition is None


def test_a_file_that_nothing_compiles_may_hold_one_for_other_configurations() -> None:
    (rival,) = rivals({"src/lib.rs": "", "src/win.rs": DEFINED}, compiled={"src/lib.rs"})

    assert rival.condition == "in a file that no target here compiles"


def test_a_block_and_a_module_limit_it_unless_it_is_let_out() -> None:
    text = f"fn f() {{ {DEFINED} }}\nmod m {{ {DEFINED} }}\n#[macro_use] mod n {{ {DEFINED} }}\n"
    text += f"mod o {{ #[macro_export] {DEFINED} }}\n{DEFINED}"

    in_block, in_module, used, exported, at_top = rivals({"src/lib.rs": text})

    after = Span(len(text), len(text))
    assert [
        in_block.may_be_meant_at("src/lib.rs", after),
        in_module.may_be_meant_at("src/lib.rs", after),
    ] == [
        False,
        False,
    ]
    assert in_block.may_be_meant_at("src/lib.rs", Span(9, 10))
    assert all(rival.may_be_meant_at("src/other.rs", Span(0, 1)) for rival in (used, exported, at_top))


def test_crates_count_by_what_they_export() -> None:
    sources = {
        "src/lib.rs": "",
        "/dep/a.rs": DEFINED,
        "/dep/b.rs": f"#[macro_export]\n{DEFINED}",
        "/dep/c.rs": "#[proc_macro]\npub fn r#try(t: T) -> T { t }",
    }

    found = rivals(sources, externs=frozenset(sources) - {"src/lib.rs"})

    assert [rival.path for rival in found] == ["/dep/b.rs", "/dep/c.rs"]
    assert all(isinstance(rival, Rival) for rival in found)

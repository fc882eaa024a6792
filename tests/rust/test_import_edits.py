"""Imports are edited in the style of their file, and nothing else is."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.rust.edits import apply_edits
from codemods.rust.import_edits import ImportEditError, ImportEdits
from codemods.rust.imports import Import, imports_of
from codemods.rust.source import Source

# What the cases do to `failure`: (new path, new name), or None to take the import away.
MOVES = {
    ("failure",): ("anyhow", None),
    ("failure", "Error"): ("anyhow::Error", None),
    ("failure", "ResultExt"): ("anyhow::Context", "_"),
    ("failure", "bail"): ("anyhow::bail", None),
    ("failure", "Fallible"): ("anyhow::Result", None),
    ("failure", "Fail"): None,
}


def source_of(text: str, edition: str = "2021") -> Source:
    return Source(PurePosixPath("src/lib.rs"), text.encode(), edition)


def moved(text: str, edition: str = "2021") -> str:
    """Return `text` with what it imports of `failure` moved to `anyhow`."""
    source = source_of(text, edition)
    edits = ImportEdits(source)
    for found in imports_of(source):
        move = MOVES.get(found.path, ())
        if move is None:
            edits.remove(found)
        elif move:
            edits.replace(found, *move)
    return apply_edits(source.content, edits.edits()).decode()


def added(text: str, path: str, name: str | None = None, marker: str = "", edition: str = "2021") -> str:
    """Return `text` with an import added where `marker` stands."""
    source = source_of(text, edition)
    edits = ImportEdits(source)
    edits.add(path, len(text[: text.index(marker)].encode()), name)
    return apply_edits(source.content, edits.edits()).decode()


MOVED = [
    ("one", "use failure::Error;\n", "use anyhow::Error;\n"),
    ("global", "use ::failure::Error;\n", "use ::anyhow::Error;\n"),
    ("renamed", "use failure::Error as E;\n", "use anyhow::Error as E;\n"),
    ("raw", "use r#failure::{r#Error, x};\n", "use anyhow::Error;\nuse r#failure::x;\n"),
    ("a whole group", "use failure::{Error, ResultExt};\n", "use anyhow::{Context as _, Error};\n"),
    ("spaces in braces", "use failure::{ Error, bail };\n", "use anyhow::{ Error, bail };\n"),
    ("no spaces", "use failure::{bail,Error};\n", "use anyhow::{bail,Error};\n"),
    (
        "an order of its own",
        "use failure::{ResultExt, bail, Error};\n",
        "use anyhow::{Context as _, bail, Error};\n",
    ),
    ("one of a group goes", "use failure::{bail, Fail};\n", "use anyhow::bail;\n"),
    ("a group of one", "use failure::{Error};\n", "use anyhow::{Error};\n"),
    ("split", "use failure::{Error, Foo};\n", "use anyhow::Error;\nuse failure::Foo;\n"),
    (
        "split in two",
        "use failure::{bail, Error, Foo, Bar};\n",
        "use anyhow::{bail, Error};\nuse failure::{Foo, Bar};\n",
    ),
    ("split with the crate itself", "use failure::{self, Foo};\n", "use anyhow;\nuse failure::Foo;\n"),
    ("the crate and more of it", "use failure::{self, ResultExt};\n", "use anyhow::{self, Context as _};\n"),
    (
        "the crate and more of it, split",
        "use failure::{self, ResultExt, Foo};\n",
        "use anyhow::{self, Context as _};\nuse failure::Foo;\n",
    ),
    (
        "lines",
        "use failure::{\n    Error,\n    ResultExt,\n};\n",
        "use anyhow::{\n    Context as _,\n    Error,\n};\n",
    ),
    (
        "lines, split",
        "use failure::{\n    Error,\n    Foo,\n    Bar,\n};\n",
        "use anyhow::Error;\nuse failure::{\n    Foo,\n    Bar,\n};\n",
    ),
    (
        "lines without a last comma",
        "use failure::{\n    Bar,\n    Foo,\n    Error\n};\n",
        "use anyhow::Error;\nuse failure::{\n    Bar,\n    Foo\n};\n",
    ),
    (
        "a comment stays with its line",
        "use failure::{\n    Error, // why\n    ResultExt,\n};\n",
        "use anyhow::{\n    Error, // why\n    Context as _,\n};\n",
    ),
    (
        "a comment on a last line",
        "use failure::{\n    Fail,\n    Error // why\n};\n",
        "use anyhow::{\n    Error // why\n};\n",
    ),
    (
        "one statement a name",
        "use failure::Error;\nuse failure::bail;\n",
        "use anyhow::Error;\nuse anyhow::bail;\n",
    ),
    (
        "joins a group",
        "use anyhow::{ensure, Context};\nuse failure::Error;\n",
        "use anyhow::{ensure, Context, Error};\n",
    ),
    ("joins another name", "use anyhow::ensure;\nuse failure::Error;\n", "use anyhow::{ensure, Error};\n"),
    ("is there already", "use anyhow::Error;\nuse failure::Error;\n", "use anyhow::Error;\n"),
    ("is there by name", "use anyhow::Context;\nuse failure::ResultExt;\n", "use anyhow::Context;\n"),
    (
        "does not join under a condition",
        "#[cfg(x)]\nuse anyhow::ensure;\nuse failure::Error;\n",
        "#[cfg(x)]\nuse anyhow::ensure;\nuse anyhow::Error;\n",
    ),
    (
        "a condition is kept",
        "#[cfg(x)]\nuse failure::{Error, Foo};\n",
        "#[cfg(x)]\nuse anyhow::Error;\n#[cfg(x)]\nuse failure::Foo;\n",
    ),
    ("public", "pub use failure::{Error, Foo};\n", "pub use anyhow::Error;\npub use failure::Foo;\n"),
    (
        "public does not join private",
        "use anyhow::bail;\npub(crate) use failure::Error;\n",
        "use anyhow::bail;\npub(crate) use anyhow::Error;\n",
    ),
    (
        "joins two groups of one statement",
        "use anyhow::{x::{y}, z};\nuse failure::{Error, Foo};\n",
        "use anyhow::{x::{y}, z, Error};\nuse failure::Foo;\n",
    ),
    ("nested", "use {failure::Error, std::io};\n", "use {anyhow::Error, std::io};\n"),
    (
        "nested group",
        "use {failure::{Error, Foo}, std::io};\n",
        "use anyhow::Error;\nuse {failure::Foo, std::io};\n",
    ),
    (
        "a body",
        "fn f() {\n\tuse failure::{Error, Foo};\n}\n",
        "fn f() {\n\tuse anyhow::Error;\n\tuse failure::Foo;\n}\n",
    ),
    (
        "a line of more",
        "fn f() { use failure::{Error, Foo}; }",
        "fn f() { use anyhow::Error; use failure::Foo; }",
    ),
    ("a module", "mod m {\n    use failure::Fail;\n    fn f() {}\n}\n", "mod m {\n    fn f() {}\n}\n"),
    ("goes with its line", "use a::b;\nuse failure::Fail;\nuse c::d;\n", "use a::b;\nuse c::d;\n"),
    ("goes with an empty line", "use a::b;\n\nuse failure::Fail;\n\nfn f() {}\n", "use a::b;\n\nfn f() {}\n"),
    ("goes from a line of more", "use a::b; use failure::Fail; use c::d;\n", "use a::b; use c::d;\n"),
    ("goes with attributes", "#[cfg(x)]\n#[allow(y)]\nuse failure::Fail;\nfn f() {}\n", "fn f() {}\n"),
    ("all of a group goes", "use failure::{Fail};\nfn f() {}\n", "fn f() {}\n"),
    ("no last line break", "use a::b;\nuse failure::Fail;", "use a::b;\n"),
    ("CRLF", "use failure::{Error, Foo};\r\n", "use anyhow::Error;\r\nuse failure::Foo;\r\n"),
    ("byte order mark", "\ufeffuse failure::Fail;\nfn f() {}\n", "\ufefffn f() {}\n"),
    ("heading", "// Crates\nuse failure::Fail;\nuse a::b;\n", "// Crates\nuse a::b;\n"),
    (
        "example",
        "//! ```\n//! use failure::{Error, Foo};\n//! ```\n",
        "//! ```\n//! use anyhow::Error;\n//! use failure::Foo;\n//! ```\n",
    ),
    (
        "hidden line of an example",
        "//! ```\n//! # use failure::{Error, Foo};\n//! ```\n",
        "//! ```\n//! # use anyhow::Error;\n//! # use failure::Foo;\n//! ```\n",
    ),
    (
        "example in lines",
        "/// ```\n/// use failure::{\n///     Fail,\n///     Error,\n/// };\n/// ```\nfn f() {}\n",
        "/// ```\n/// use anyhow::Error;\n/// ```\nfn f() {}\n",
    ),
    (
        "line of an example",
        "/// ```\n/// use failure::Fail;\n/// f();\n/// ```\nfn f() {}\n",
        "/// ```\n/// f();\n/// ```\nfn f() {}\n",
    ),
    ("extern crate", "#[macro_use] extern crate failure;\n", "#[macro_use] extern crate anyhow;\n"),
    ("extern crate, renamed", "extern crate failure as fail;\n", "extern crate anyhow as fail;\n"),
    ("not ours", "use other::{Error, ResultExt};\n", "use other::{Error, ResultExt};\n"),
    (
        "a type of the name in another module",
        "use failure::Error;\nmod m { struct Error; }\n",
        "use anyhow::Error;\nmod m { struct Error; }\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in MOVED], ids=[case[0] for case in MOVED])
def test_moved_imports(before: str, after: str) -> None:
    assert moved(before) == after
    assert moved(after) == after


LEFT = [
    ("a comment in its leaf", "use failure::{Fail /* why */, Error};\n", "comment"),
    ("a comment before its leaf", "use failure::{\n    // why\n    Fail,\n    Error,\n};\n", "comment"),
    ("a comment on its line", "use failure::Fail; // why\n", "comment"),
    ("a comment above", "use a::b;\n\n// why\nuse failure::Fail;\n\nfn f() {}\n", "comment"),
    ("documentation", "/// d\n\nuse failure::Fail;\nuse a::b;\n", "comment"),
    ("a comment inside", "use failure /* why */ ::Fail;\n", "comment"),
    ("another type of the name", "use failure::Fallible;\nstruct Result;\n", "name-clash"),
    ("another import of the name", "use failure::Fallible;\nuse std::io::Result;\n", "name-clash"),
]


@pytest.mark.parametrize(("text", "code"), [case[1:] for case in LEFT], ids=[case[0] for case in LEFT])
def test_what_would_lose_something_is_refused(text: str, code: str) -> None:
    with pytest.raises(ImportEditError) as error:
        moved(text)

    assert error.value.code == code


ADDED = [
    ("nothing but code", "fn f() {}\n", "use a::B;\n\nfn f() {}\n"),
    ("nothing", "", "use a::B;\n"),
    ("nothing but documentation", "//! About.\n", "//! About.\n\nuse a::B;\n"),
    (
        "attributes and documentation",
        "//! About.\n\n#![allow(x)]\n\n/// f\nfn f() {}\n",
        "//! About.\n\n#![allow(x)]\n\nuse a::B;\n\n/// f\nfn f() {}\n",
    ),
    ("a licence", "// L\n\nfn f() {}\n", "// L\n\nuse a::B;\n\nfn f() {}\n"),
    ("a licence right above", "// L\nfn f() {}\n", "// L\nuse a::B;\n\nfn f() {}\n"),
    ("a comment of the item", "// L\n\n// f\nfn f() {}\n", "// L\n\nuse a::B;\n\n// f\nfn f() {}\n"),
    ("between others", "use a::A;\nuse b::C;\n", "use a::{A, B};\nuse b::C;\n"),
    ("sorted", "use A::a;\nuse b::C;\n", "use A::a;\nuse a::B;\nuse b::C;\n"),
    ("not sorted", "use z::Z;\nuse b::C;\n", "use z::Z;\nuse b::C;\nuse a::B;\n"),
    ("to its kind", "use std::io;\n\nuse b::C;\n", "use std::io;\n\nuse a::B;\nuse b::C;\n"),
    (
        "between kinds",
        "use std::io;\n\nuse crate::C;\n",
        "use std::io;\n\nuse a::B;\n\nuse crate::C;\n",
    ),
    ("a group", "use a::{A, C};\n", "use a::{A, B, C};\n"),
    ("a group in lines", "use a::{\n    A,\n    C,\n};\n", "use a::{\n    A,\n    B,\n    C,\n};\n"),
    ("a group in lines, at its end", "use a::{\n    A,\n};\n", "use a::{\n    A,\n    B,\n};\n"),
    ("a comment in the group", "use a::{C, D /* d */};\n", "use a::{C, D, /* d */ B};\n"),
    ("one statement a name", "use a::A;\nuse a::C;\n", "use a::A;\nuse a::B;\nuse a::C;\n"),
    ("behind crates", "extern crate a;\n\nfn f() {}\n", "extern crate a;\n\nuse a::B;\n\nfn f() {}\n"),
    ("there already", "use a::B;\n", "use a::B;\n"),
    ("there under a name", "use a::B as C;\n", "use a::{B, B as C};\n"),
    ("public is no place", "pub use a::A;\n\nfn f() {}\n", "pub use a::A;\nuse a::B;\n\nfn f() {}\n"),
    (
        "a comment behind the last",
        "use z::Z; // z\nuse b::B as C; // b\n",
        "use z::Z; // z\nuse b::B as C; // b\nuse a::B;\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in ADDED], ids=[case[0] for case in ADDED])
def test_added_imports(before: str, after: str) -> None:
    assert added(before, "a::B") == after
    assert added(after, "a::B") == after


def test_an_import_is_added_to_the_module_around() -> None:
    text = "use a::B;\nmod m {\n    use super::C;\n\n    fn f() {\n        HERE\n    }\n}\n"

    assert added(text, "a::B", marker="HERE") == text.replace("super::C;", "super::C;\n    use a::B;")


def test_a_module_that_takes_all_of_the_one_around_has_its_imports() -> None:
    text = "mod m {\n    use super::*;\n\n    fn f() {}\n}\n"
    source = source_of(text)
    edits = ImportEdits(source)
    edits.add("a::B", text.index("fn"), "_")
    edits.add("a::B", 0, "_")

    assert added("use a::B;\n" + text, "a::B", marker="fn") == "use a::B;\n" + text
    assert apply_edits(source.content, edits.edits()).decode() == "use a::B as _;\n\n" + text


def test_an_import_of_the_block_around_is_enough() -> None:
    text = "fn f() {\n    use a::B;\n    { HERE }\n}\n"

    assert added(text, "a::B", marker="HERE") == text


def test_an_import_is_added_to_the_example_around() -> None:
    text = "use a::B;\n/// ```\n/// use z::Z;\n///\n/// HERE\n/// ```\nfn f() {}\n"

    assert added(text, "a::B", marker="HERE") == text.replace("/// use z", "/// use a::B;\n/// use z")


def test_an_example_without_imports_gets_one_on_its_first_line() -> None:
    text = "/// ```\n/// HERE\n/// ```\nfn f() {}\n"

    assert added(text, "a::B", marker="HERE") == text.replace("/// HERE", "/// use a::B;\n/// HERE")


def test_a_name_under_a_condition_is_no_import() -> None:
    with pytest.raises(ImportEditError, match="`B`"):
        added("#[cfg(x)]\nuse a::B;\n", "a::B")


def test_an_added_import_takes_the_place_of_a_removed_one() -> None:
    source = source_of("use failure::Fail;\n\nfn f() {}\n")
    edits = ImportEdits(source)
    edits.remove(imports_of(source)[0])
    edits.add("thiserror::Error", 0)

    assert apply_edits(source.content, edits.edits()) == b"use thiserror::Error;\n\nfn f() {}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("extern crate b;\n", "extern crate b;\nextern crate a;\n"),
        ("#![x]\n\nmod b;\n", "#![x]\n\nextern crate a;\n\nmod b;\n"),
        ("extern crate a;\n", "extern crate a;\n"),
        ("#[macro_use] extern crate failure;\n", "#[macro_use] extern crate a;\n"),
    ],
)
def test_a_crate_is_declared_once(before: str, after: str) -> None:
    source = source_of(before, "2015")
    edits = ImportEdits(source)
    for found in imports_of(source):
        if found.path == ("failure",):
            edits.replace(found, "a")
    edits.add_extern_crate("a")

    assert apply_edits(source.content, edits.edits()).decode() == after


def test_a_removed_crate_is_no_place_for_another() -> None:
    source = source_of("#[macro_use]\nextern crate failure;\n\nfn f() {}\n", "2015")
    edits = ImportEdits(source)
    edits.remove(imports_of(source)[0])
    edits.add_extern_crate("a")
    edits.add("a::B", len(source.content))

    assert apply_edits(source.content, edits.edits()) == b"extern crate a;\n\nuse a::B;\n\nfn f() {}\n"


def test_names_that_are_taken_are_known() -> None:
    edits = ImportEdits(source_of("use a::B;\nstruct C;\nmod m { struct D; }\n"))

    assert [edits.is_free(name, 0) for name in "BCDE"] == [False, False, True, True]


# Properties over random imports: the statements as they come, whatever is done to them.

NAMES = st.sampled_from(["A", "B", "c", "d", "E", "self"])
CRATES = st.sampled_from(["old", "new", "other"])
GAPS = st.sampled_from([", ", ",", ",\n    "])


@st.composite
def statements(draw: st.DrawFn) -> str:
    crate = draw(CRATES)
    head = draw(st.sampled_from(["", "", "", "pub ", "#[cfg(x)]\n"]))
    if draw(st.booleans()):
        return f"{head}use {crate}::{draw(NAMES.filter(lambda name: name != 'self'))};"
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    if draw(st.booleans()) and names != ["self"]:
        names[0] = f"m::{{{names[0]}, x as y{len(names)}}}"
    gap = draw(GAPS)
    start, end = ("\n    ", ",\n") if "\n" in gap else ("", draw(st.sampled_from(["", ","])))
    return f"{head}use {crate}::{{{start}{gap.join(names)}{end}}};"


@st.composite
def files(draw: st.DrawFn) -> str:
    uses = draw(st.lists(statements(), max_size=4))
    gap = draw(st.sampled_from(["\n", "\n\n", "\n// heading\n"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return (gap.join(uses) + "\n\nfn f() { use old::A; g() }\n").replace("\n", newline)


@given(files(), st.randoms(use_true_random=False))
def test_whatever_is_done_the_file_imports_what_was_asked_for(text: str, random: object) -> None:
    source = source_of(text)
    edits = ImportEdits(source)
    wanted: set[tuple[object, ...]] = set()
    for found in imports_of(source):
        choice = random.choice("krmm") if found.path[0] == "old" else "k"  # type: ignore[attr-defined]
        if choice == "r":
            edits.remove(found)
        elif choice == "m":
            edits.replace(found, ("new", *found.path[1:], "T"), f"t{len(wanted)}")
            wanted.add(_key(found, ("new", *found.path[1:], "T"), f"t{len(wanted)}"))
        else:
            wanted.add(_key(found, found.path, found.name))
    try:
        result = apply_edits(source.content, edits.edits()).decode()
    except ImportEditError as error:
        assert error.code == "comment"
        return
    after = source_of(result)

    assert not after.has_errors
    assert {_key(found, found.path, found.name) for found in imports_of(after)} == wanted
    assert _other_lines(result) == _other_lines(text)


@given(files())
def test_what_was_added_is_not_added_again(text: str) -> None:
    source = source_of(text)
    edits = ImportEdits(source)
    edits.add("new::Unique", len(source.content), "_")
    edits.add("old::Other", 0)
    after = source_of(apply_edits(source.content, edits.edits()).decode())
    again = ImportEdits(after)
    again.add("new::Unique", 0, "_")
    again.add("old::Other", 0)

    assert not after.has_errors
    assert len(imports_of(after)) == len(imports_of(source)) + 2
    assert again.edits() == []
    assert _other_lines(after.content.decode()) == _other_lines(text)


def _key(found: Import, path: tuple[str, ...], name: str | None) -> tuple[object, ...]:
    return path, name, found.visibility, found.attributes, found.scope.start > 0


def _other_lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.startswith(("//", "fn"))]
    return [re.sub(r"use [^;]*; ", "", line) for line in lines]


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_an_attribute_stands_before_a_crate_as_it_does_in_the_file(gap: str) -> None:
    source = source_of(f"#[macro_use]{gap}extern crate b;\n", "2015")
    edits = ImportEdits(source)
    edits.add_extern_crate("a", macro_use=True)

    expected = f"#[macro_use]{gap}extern crate b;\n#[macro_use]{gap}extern crate a;\n"
    assert apply_edits(source.content, edits.edits()).decode() == expected

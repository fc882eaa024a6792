"""Rewrites that are tried together: an error belongs to the rewrite in whose text it stands."""

from __future__ import annotations

from collections.abc import Mapping

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.cargo.replay import Replayed
from codemods.engine.rewriting import Rewrite, try_rewrites
from codemods.rust.edits import Edit
from codemods.rust.spans import Span

SOURCE = b"a(); b(); c();"
MANY = 30


def replay(files: Mapping[str, bytes], _: str) -> Replayed:
    """Reject each `BAD` where it stands, and each `FAR` at the start of the file."""
    errors = []
    for path, content in files.items():
        for word in (b"BAD", b"FAR"):
            at = content.find(word)
            while at >= 0:
                span = Span(at, at + 3) if word == b"BAD" else Span(0, 1)
                place = Place(path, span, 1, 1, is_primary=True)
                errors.append(Diagnostic("error", "E0277", f"no {word.decode()}", (place,)))
                at = content.find(word, at + 1)
    return Replayed(not errors, tuple(errors), 0.0)


def inserted(at: int, text: str) -> Rewrite:
    return "src/lib.rs", [Edit(Span(at, at), text)]


def tried(*rewrites: Rewrite) -> list[str | None]:
    return try_rewrites(rewrites, lambda _: SOURCE, replay)


def test_an_error_is_held_against_the_rewrite_that_it_stands_in() -> None:
    assert tried(inserted(0, "good "), inserted(5, "é BAD "), inserted(10, "BAD ")) == [
        "",
        "no BAD",
        "no BAD",
    ]


def test_many_rewrites_are_told_apart_too() -> None:
    rewrites = [("src/lib.rs", [Edit(Span(n % 14, n % 14), "BAD" if n == 3 else "ok")]) for n in range(14)]
    rewrites += [("src/lib.rs", [])] * MANY

    assert tried(*rewrites) == ["no BAD" if n == 3 else "" for n in range(14 + MANY)]


def test_an_error_elsewhere_makes_each_stand_for_itself() -> None:
    assert tried(inserted(5, "FAR "), inserted(10, "good ")) == ["no FAR", ""]


def test_nothing_is_known_of_many_where_errors_stand_elsewhere() -> None:
    rewrites = [inserted(5, "FAR "), *[("src/lib.rs", [])] * MANY]

    assert set(tried(*rewrites)) == {None}


def test_the_same_edit_of_two_fails_both() -> None:
    assert tried(inserted(5, "BAD "), inserted(5, "BAD ")) == ["no BAD", "no BAD"]

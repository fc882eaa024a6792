"""Which probes are taken out of a copy when it does not compile, by a bench that answers from a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.cargo.report import CheckReport, Unit
from codemods.engine.error_places import error_places
from codemods.engine.error_probing import ProbedTree, settled
from codemods.engine.overlay import Overlay
from codemods.recipe.observed import Errors, ErrorTrait
from codemods.rust.source import Source
from codemods.rust.spans import Span

PATH = PurePosixPath("src/lib.rs")
TEXT = b"""\
fn a() -> Result<u8, E> { g() }
fn b() -> Result<u8, E> { fn c() -> Result<u8, E> { g() } c() }
"""


def _error(at: int, message: str = "no", path: PurePosixPath = PATH) -> Diagnostic:
    return Diagnostic("error", "E0308", message, (Place(str(path), Span(at, at + 1), 1, 1, True),))


def _report(*errors: Diagnostic, argv: tuple[str, ...] = ()) -> CheckReport:
    unit = Unit("u", "p", "p", "lib", False, "2021", argv, (), "/", frozenset({str(PATH)}), True, errors)
    return CheckReport((unit,), (), frozenset(), True, 0.0)


@dataclass
class _Builder:
    """Answers a check with the errors that `errors_of` finds in the file."""

    errors_of: Callable[[bytes], Sequence[Diagnostic]] = lambda _: ()
    build: Any = field(
        default_factory=lambda: SimpleNamespace(target_directory=Path("/t"), configuration=None)
    )
    seen: list[bytes] = field(default_factory=list)

    def check_in(self, _: object, overlay: Overlay, *, cap_lints: bool) -> CheckReport:
        assert cap_lints
        text = overlay.get(PATH) or TEXT
        self.seen.append(text)
        return _report(*self.errors_of(text))


def _tree(builder: _Builder, report: CheckReport | None = None) -> ProbedTree:
    source = Source(PATH, TEXT)
    places = error_places({PATH: source}, {PATH: source}, {}, ())
    assert [place.name for place in places.places.values()] == [
        "`fn a` of src/lib.rs",
        "`fn b` of src/lib.rs",
        "`fn b/fn c` of src/lib.rs",
    ]
    bench: Any = SimpleNamespace(builder=builder)
    errors = Errors((ErrorTrait("fail", "Fail"),))
    return ProbedTree(bench, {}, {PATH: source}, report or _report(), errors, places.before)


def _at(text: bytes, piece: bytes) -> list[Diagnostic]:
    return [_error(text.index(piece))] if piece in text else []


def test_all_probes_stay_where_the_copy_compiles() -> None:
    builder = _Builder()
    tree = _tree(builder)

    overlay = tree.settle()

    assert tree.lost == set()
    assert len(builder.seen) == 1
    assert (overlay[PATH] or b"").count(b"codemod_see(0)") == 1


def test_the_probe_that_an_error_points_at_is_taken_out_alone() -> None:
    inner = _tree(_Builder(lambda text: _at(text, b"codemod_see(2)")))
    outer = _tree(_Builder(lambda text: _at(text, b"codemod_see(1)")))

    overlay = inner.settle()
    outer.settle()

    assert (inner.lost, outer.lost) == ({2}, {1})
    assert b"codemod_see(1)" in (overlay[PATH] or b"")
    assert b"codemod_see(2)" not in (overlay[PATH] or b"")


def test_an_error_in_what_all_need_takes_the_file_out() -> None:
    tree = _tree(_Builder(lambda text: _at(text, b"pub struct Seen")))

    assert tree.settle() == {}
    assert tree.lost == {0, 1, 2}


def test_errors_that_were_there_before_are_nobodys_fault() -> None:
    tree = _tree(_Builder(lambda _: [_error(3)]), _report(_error(3)))

    tree.settle()

    assert tree.lost == set()


def test_an_error_elsewhere_takes_nothing_out() -> None:
    tree = _tree(_Builder(lambda _: [_error(0, path=PurePosixPath("other.rs"))]))

    overlay = tree.settle()

    assert b"codemod" in (overlay[PATH] or b"")  # what points at no file with probes is left to the tests
    assert tree.lost == set()


def test_both_trees_have_the_same_probes() -> None:
    before = _tree(_Builder(lambda text: _at(text, b"codemod_see(0)")))
    after = _tree(_Builder(lambda text: _at(text, b"codemod_see(2)")))

    trees = settled(before, after)

    assert before.lost == after.lost == {0, 2}
    assert all((tree[PATH] or b"").count(b"codemod_see(1);") == 1 for tree in trees)


def test_a_trait_is_read_by_the_name_that_the_units_know_its_crate_by() -> None:
    builder = _Builder()
    argv = ("--extern", "renamed=/deps/libfail-0123.rmeta", "--extern", "other=/deps/libfailure-0123.rmeta")

    known = _tree(builder, _report(argv=argv)).settle()[PATH] or b""
    unknown = _tree(builder, _report()).settle()[PATH] or b""

    assert b"extern crate renamed as codemod_crate_0; use self::codemod_crate_0::Fail as" in known
    assert b"codemod_crate_0" not in unknown

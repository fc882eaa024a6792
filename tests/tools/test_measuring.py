"""What is read from compilers, tests, other tools and processes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.apply_bench import CHECK, check_command
from tools.bench import Line
from tools.builds import Place, _try_places, read_verdicts
from tools.isolate_bench import CHANGES, make_crate
from tools.ours import least_for_applied, read_applied
from tools.peers import converted_places
from tools.processes import Finished, ToolError, must, run

SOURCE = b"fn f() {\n    try!(a());\n    try!(b());\n    x(try!(c()));\n}\n"


def lines(after: bytes) -> list[int]:
    return [place.line for place in converted_places("a.rs", SOURCE, after)]


def test_converted_places() -> None:
    assert lines(SOURCE) == []
    assert lines(b"fn f() { a()?; b()?; x(c()?); }") == [2, 3, 4]
    assert lines(b"fn f() {\n    try!(a());\n b()?;\n    x(try!(c()));\n}\n") == [3]
    assert lines(b"fn f() { r#try!(a()); r#try!(b()); x(r#try!(c())); }") == []


def test_a_site_with_an_edited_operand_is_still_there() -> None:
    assert lines(b"fn f() { try!(crate::a()); try!(b()); x(try!(c())); }") == []


def test_an_outer_site_whose_inner_one_went_is_still_there() -> None:
    places = converted_places("a.rs", b"try!(f(try!(x)))", b"try!(f(x?))")
    assert places == [Place("a.rs", 1, 8)]


def test_verdicts_are_read_with_their_names() -> None:
    printed = (
        "running 4 tests\ntest a::b ... ok\ntest c - should panic ... ok\ntest d ... FAILED\n"
        "test e ... ignored, slow\ntest result: FAILED. 2 passed\n"
        "test src/lib.rs - f (line 7) - compile ... ok\ntest src/lib.rs - f (line 17) ... ok\n"
    )
    assert read_verdicts(printed.encode()) == {
        ("a::b", "ok"): 1,
        ("c", "ok"): 1,
        ("d", "FAILED"): 1,
        ("e", "ignored"): 1,
        ("src/lib.rs - f", "ok"): 2,
    }


def diagnostic(message: str, file_name: str) -> dict[str, object]:
    spans = [{"file_name": file_name, "is_primary": True, "line_start": 3, "column_start": 9}]
    return {"message": message, "spans": spans}


def test_uses_of_the_deprecated_macro() -> None:
    used = "use of deprecated macro `std::try`: use the `?` operator instead"
    assert list(_try_places(diagnostic(used, "src/a.rs"), Path("/w"))) == [Place("src/a.rs", 3, 9)]
    assert list(_try_places(diagnostic(used, "/w/src/a.rs"), Path("/w"))) == [Place("src/a.rs", 3, 9)]
    assert list(_try_places(diagnostic(used, "/registry/b.rs"), Path("/w"))) == []
    other = "use of deprecated macro `mine`: use another"
    assert list(_try_places(diagnostic(other, "src/a.rs"), Path("/w"))) == []


def test_least_for_applied_takes_only_applied_sites() -> None:
    second = {"path": "a.rs", "span": [SOURCE.index(b"try!(b"), SOURCE.index(b";\n    x")]}
    assert least_for_applied({"a.rs": SOURCE}, [second]) == {"a.rs": 2}


def test_least_for_applied_counts_the_ends_of_sites_in_doc_examples() -> None:
    source = b"/// ```\n/// try!(a(\n/// b));\n/// ```\n"
    site = {"path": "a.rs", "span": [source.index(b"try"), source.index(b";")]}
    assert least_for_applied({"a.rs": source}, [site]) == {"a.rs": 4}


def test_a_run_without_document_is_a_failure_with_its_message() -> None:
    applied = read_applied(Finished(3, b"", b"error: it does not build\n", 1.0, 1.0))
    assert applied.document["failure"] == "error: it does not build"
    assert applied.count("found") == 0


def test_cost_is_that_of_one_process_and_its_children(tmp_path: Path) -> None:
    spin = "import time\nwhile time.process_time() < 0.2: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin!r}])"
    busy = run([sys.executable, "-c", child], cwd=tmp_path)
    idle = run([sys.executable, "-c", "print(1)"], cwd=tmp_path)
    assert busy.cpu >= 0.2
    assert idle.cpu < busy.cpu
    assert idle.stdout == b"1\n"


def test_a_process_is_killed_at_its_limit(tmp_path: Path) -> None:
    finished = run([sys.executable, "-c", "import time; time.sleep(60)"], cwd=tmp_path, limit=0.2)
    assert finished.code == -9
    assert finished.wall < 30


def test_must_names_the_command_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"ended with 3:\nwhy"):
        must([sys.executable, "-c", "import sys; sys.stderr.write('why'); sys.exit(3)"], cwd=tmp_path)


def test_a_limit_can_be_met_missed_or_not_measured() -> None:
    assert not Line("a", "", 0.25, 0.25).is_over
    assert Line("a", "", 0.26, 0.25).is_over
    assert not Line("a", "skipped", None, 0.25).is_over


def test_the_plain_check_of_a_configuration() -> None:
    plain: dict[str, object] = {
        "features": [],
        "target": "x",
        "all_features": False,
        "default_features": True,
        "release": False,
        "packages": [],
    }
    assert check_command(plain, "x") == [*CHECK, "--workspace"]
    other = plain | {"features": ["a", "b"], "default_features": False, "packages": ["p"], "target": "y"}
    assert check_command(other, "x") == [
        *CHECK, "--package", "p", "--no-default-features", "--features", "a,b", "--target", "y",
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [0, 1, 5])
def test_a_crate_of_a_hundred_changes(tmp_path: Path, bad: int) -> None:
    make_crate(tmp_path / "crate", bad)
    text = "".join(path.read_text() for path in (tmp_path / "crate/src").glob("m*.rs"))
    assert text.count("try!(given)") == CHANGES
    assert text.count("given: &Result") == bad

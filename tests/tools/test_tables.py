"""The page made from rows."""

from __future__ import annotations

from tests.tools.values import applied, record, row
from tools.markdown import table
from tools.peers import PeerResult
from tools.tables import page

FORMAT = PeerResult("rustfmt", 5, 1, 3, 0, 0, 70, 10, 0.5, None)


def test_table_aligns_numbers_right_and_escapes_cells() -> None:
    assert table(["a", "b"], [["x|y\nz", "1"], ["", "2.5"]]).splitlines() == [
        "| a | b |",
        "| --- | ---: |",
        "| x\\|y z | 1 |",
        "|  | 2.5 |",
    ]


def test_page_names_command_versions_and_reasons() -> None:
    refused = row(applied=applied(record("applied"), record("refused", 2, "Why.", "own-macro")))
    text = page([refused], "2026-01-02", ("rustc 1.95.0",), "python -m tools.corpus")
    assert "2026-01-02 with rustc 1.95.0" in text
    assert "    python -m tools.corpus\n" in text
    assert "| zip-0.4.2 | refused: own-macro | 1 |" in text
    assert "Other tools" not in text


def test_page_says_what_was_missed() -> None:
    assert "**missed**: zip-0.4.2: a second run applies 2 sites" in page(
        [row(second_applied=2)], "day", ("rustc",), "command"
    )


def test_page_puts_other_tools_beside_ours_and_sums_them() -> None:
    text = page([row(peers=(FORMAT,)), row(peers=(FORMAT,))], "day", ("rustc",), "command")
    assert "| zip-0.4.2 | rustfmt | 5 | 1 | 3 | 0 | 0 | 70 | 10 | 7.00 | 0.5 |" in text
    assert "| rustfmt | 10 | 2 | 6 | 0 | 0 | 140 | 20 | 7.00 | 1.0 |" in text
    assert "| codemod | 0 | 2 | 0 | 0 | 0 | 4 | 4 | 1.00 | 3.0 |" in text

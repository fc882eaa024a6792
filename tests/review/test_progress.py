"""Progress: live on a terminal, one line a phase in a pipe, nothing when quiet."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from codemods.engine.listener import Listener, Silent
from codemods.review.console import console
from codemods.review.progress import LiveProgress, progress


def work(listener: Listener) -> None:
    listener.phase("scan", "reading 12 files")
    listener.step(3, 12)
    listener.note("2 files have \x1b[31muncommitted changes")
    listener.phase("baseline", "cargo check --workspace --all-targets")
    listener.step(1, None)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


def terminal() -> tuple[Console, io.StringIO]:
    stream = Screen()
    return console(stream, color="always", width=80), stream


def test_a_pipe_gets_one_line_a_phase_and_a_note() -> None:
    stream = io.StringIO()
    with progress(console(stream)) as listener:
        work(listener)
    assert stream.getvalue().splitlines() == [
        "scan: reading 12 files",
        r"note: 2 files have \u{1b}[31muncommitted changes",
        "baseline: cargo check --workspace --all-targets",
    ]


def test_colour_in_a_pipe_moves_no_cursor() -> None:
    stream = io.StringIO()
    with progress(console(stream, color="always")) as listener:
        work(listener)
    assert re.findall(r"\x1b\[[^m]*[A-Za-ln-z]", stream.getvalue()) == []
    assert stream.getvalue().count("\n") == 3


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    target, stream = terminal()
    with progress(target) as listener:
        work(listener)
    assert stream.getvalue().count("\n") == 3


def test_quiet_shows_nothing() -> None:
    target, stream = terminal()
    with progress(target, quiet=True) as listener:
        work(listener)
    work(Silent())
    assert stream.getvalue() == ""


def test_a_terminal_keeps_notes_and_its_cursor() -> None:
    target, stream = terminal()
    with progress(target) as listener:
        work(listener)
    text = stream.getvalue()
    assert r"note: 2 files have \u{1b}[31muncommitted changes" in text
    assert text.index("\x1b[?25l") < text.index("\x1b[?25h"), "the cursor is shown again"
    assert "done" not in text


def test_verbose_keeps_each_phase_with_its_time() -> None:
    target, stream = terminal()
    seconds = iter([0.0, 2.5, 10.0, 75.0])
    live = LiveProgress(target, keep=True, clock=lambda: next(seconds, 135.0))
    live._live.auto_refresh = False  # the clock is asked by the main thread alone
    with live as listener:
        work(listener)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"done\s+scan  3/12  [0-9.]+ s  reading 12 files", text)
    assert re.search(r"done\s+baseline  1  .* (s|min .*)  cargo check", text)


def test_a_phase_that_is_interrupted_is_not_called_done() -> None:
    target, stream = terminal()
    with pytest.raises(KeyboardInterrupt), progress(target, verbose=True) as listener:
        listener.phase("baseline", "cargo check")
        raise KeyboardInterrupt
    assert "stopped" in stream.getvalue()
    assert "done" not in stream.getvalue()
    assert "\x1b[?25h" in stream.getvalue()

"""Read rustc's JSON messages as `Diagnostic`s, with paths relative to the repository."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from codemods.cargo.diagnostics import Diagnostic, Place
from codemods.rust.spans import Span

_COLOR = re.compile(r"\x1b\[[0-9;]*m")  # cargo always asks rustc for colour and removes it itself


class PathMap:
    """Turns the paths that a process in `cwd` prints into paths relative to `root`.

    Paths outside of `root` become absolute; what is no path (`<anon>`) stays.
    """

    def __init__(self, root: str, cwd: str) -> None:
        self._root = os.path.realpath(root)
        self._cwd = cwd
        self._known: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        """Return `path` relative to the root, or absolute."""
        if path not in self._known:
            self._known[path] = self._relative(path)
        return self._known[path]

    def _relative(self, path: str) -> str:
        if path.startswith("<"):
            return path
        whole = os.path.join(self._cwd, path)  # noqa: PTH118 - `Path` would drop a `..`
        plain = os.path.normpath(whole)
        # `a/../b` is not `b` where `a` is a symbolic link; a link itself keeps its own name.
        if ".." in PurePosixPath(whole).parts and os.path.realpath(plain) != os.path.realpath(whole):
            plain = os.path.realpath(whole)
        return _below(self._root, plain) or _below(self._root, _real_parent(plain)) or plain


def _below(root: str, path: str) -> str | None:
    return path[len(root) + 1 :] if path.startswith(root + "/") else None


def _real_parent(path: str) -> str:
    folder, name = os.path.split(path)
    return f"{os.path.realpath(folder)}/{name}"


def read_messages(stream: bytes, paths: PathMap) -> tuple[Diagnostic, ...]:
    """Return the diagnostics in the standard error of one rustc run with `--error-format=json`.

    Lines that are no JSON (a compiler that crashed, a linker, a proc macro that prints)
    are kept: where there are no other errors, they are the message of one.
    """
    diagnostics: list[Diagnostic] = []
    noise: list[str] = []
    for line in stream.split(b"\n"):
        message = _json_object(line)
        if message is None:
            noise.append(line.decode(errors="replace"))
        elif is_diagnostic(message):
            diagnostics.append(read_diagnostic(message, paths))
    diagnostics += _crash(noise)
    return tuple(diagnostics)


def is_diagnostic(message: dict[str, Any]) -> bool:
    """Whether a JSON message of rustc is a diagnostic, and not about an artifact or a summary."""
    if message.get("$message_type", "diagnostic") != "diagnostic" or "spans" not in message:
        return False
    is_summary = not message["spans"] and not message.get("code") and _is_summary(message["message"])
    return not is_summary


def read_diagnostic(message: dict[str, Any], paths: PathMap) -> Diagnostic:
    """Return one diagnostic of rustc's JSON."""
    code = message.get("code")
    return Diagnostic(
        level=message["level"],
        code=code["code"] if code else None,
        message=message["message"],
        places=tuple(_read_place(span, paths) for span in message["spans"]),
        children=tuple(read_diagnostic(child, paths) for child in message.get("children", ())),
        rendered=_COLOR.sub("", message.get("rendered") or ""),
    )


def _read_place(span: dict[str, Any], paths: PathMap) -> Place:
    return Place(
        path=paths(span["file_name"]),
        span=Span(span["byte_start"], max(span["byte_start"], span["byte_end"])),
        line=span["line_start"],
        column=span["column_start"],
        is_primary=span["is_primary"],
        label=span.get("label"),
        callers=tuple(_callers(span, paths)),
    )


def _callers(span: dict[str, Any], paths: PathMap) -> Iterator[Place]:
    """Yield where the macro was invoked, then where that macro was, …"""
    expansion = span.get("expansion")
    while expansion:
        caller = expansion["span"]
        yield _read_place({**caller, "expansion": None}, paths)
        expansion = caller.get("expansion")


def _json_object(line: bytes) -> dict[str, Any] | None:
    if not line.startswith(b"{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _is_summary(text: str) -> bool:
    """ "aborting due to 2 previous errors" and the like say nothing of their own."""
    return text.startswith(
        ("aborting due to", "For more information about", "Some errors have detailed")
    ) or text.endswith(("warning emitted", "warnings emitted"))


def _crash(noise: list[str]) -> list[Diagnostic]:
    for line in noise:
        if line.startswith(("error", "thread 'rustc' panicked", "thread 'rustc' (")):
            text = "\n".join(noise).strip()
            return [Diagnostic("error", None, line, (), (), text)]
    return []

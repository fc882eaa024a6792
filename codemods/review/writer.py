"""Write a report to a file; the suffix says in which form."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from codemods.engine.document import RunDocument
from codemods.errors import MachineError, UsageError

SUFFIXES = (".json", ".md", ".html", ".sarif")


def check_report_path(path: Path) -> None:
    """Check, before a run of minutes, that a report can be written to `path`.

    Raises:
        UsageError: the suffix is unknown, the folder does not exist, or `path` is a folder.
    """
    _renderer(path)
    if path.is_dir():
        raise UsageError("the report is to be a file, and this is a folder", where=str(path))
    if not path.parent.is_dir():
        raise UsageError(
            "the folder of the report does not exist",
            where=str(path.parent),
            hint=f"Create it, or give another file: --report {path.name}",
        )


def write_report(document: RunDocument, path: Path) -> None:
    """Write the document to `path` as its suffix says; the file is there whole or not at all.

    Raises:
        UsageError: see `check_report_path`.
        MachineError: the file cannot be written.
    """
    check_report_path(path)
    content = _renderer(path)(document).encode()
    try:
        _replace(path, content)
    except OSError as error:
        raise MachineError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(path),
            hint="Check that the folder is writable and the disk is not full, or give another file.",
        ) from error


def _renderer(path: Path) -> Callable[[RunDocument], str]:
    from codemods.engine.serial import dump  # noqa: PLC0415
    from codemods.review import html, markdown, sarif  # noqa: PLC0415 - only for a report

    renderers = (dump, markdown.render, html.render, sarif.render)
    found = dict(zip(SUFFIXES, renderers, strict=True)).get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"a report cannot be written as {path.suffix or 'a file without suffix'!r}",
            where=str(path),
            hint=f"The suffix says which report it is: {', '.join(SUFFIXES)}.",
        )
    return found


def _replace(path: Path, content: bytes) -> None:
    target = path.resolve()  # a symlink stays one; what it points to is replaced
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask

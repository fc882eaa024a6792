"""Ask rustdoc what a library offers to other crates, by the captured command of the library itself.

Rustdoc sees the crate as rustc does: macros expanded, names resolved, the traits worked out that the
compiler implements by itself. Its JSON is unstable, so rustdoc, and nothing else, is given the bootstrap
variable.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from codemods.cargo.api_text import UnknownShapeError
from codemods.cargo.build import Build
from codemods.cargo.public_api import PublicApi, read_public_api
from codemods.cargo.report import Unit
from codemods.cargo.rustdoc import Sources, documents, examples_environment, json_command

_SHOWN = 200  # characters of a message


@dataclass(frozen=True, slots=True)
class ApiReport:
    """The public items of one library as rustdoc sees them, or the `reason` why it does not show them."""

    api: PublicApi | None
    reason: str | None = None


def read_api(unit: Unit, build: Build) -> ApiReport:
    """Return the public items of the library `unit` in the tree that stands in scratch.

    Its dependencies must stand as `cargo check` of that tree left them.

    Raises:
        MachineError: rustdoc cannot be started.
    """
    content = write_json(unit, build)
    if isinstance(content, str):
        return ApiReport(None, content)
    try:
        return ApiReport(read_public_api(json.loads(content)))
    except (UnknownShapeError, ValueError) as error:
        return ApiReport(None, f"{unit.name}: {error}")


def write_json(unit: Unit, build: Build, *, everything: bool = False) -> bytes | str:
    """Return rustdoc's JSON of the library `unit` as it stands in scratch, or why there is none.

    `everything` has private and hidden items in it, too.

    Raises:
        MachineError: rustdoc cannot be started.
    """
    if not documents(unit):
        return f"{unit.name} is no library that rustdoc can describe"
    sources = Sources(unit, build, build.repository_root)
    writable = build.writable()
    with TemporaryDirectory(prefix="codemod-api-", dir=build.temporary) as folder:
        done = build.runner.run(
            json_command(sources, Path(folder), everything=everything),
            cwd=sources.cwd,
            extra=examples_environment(sources),
            writable=writable,
        )
        written = next(iter(sorted(Path(folder).glob("*.json"))), None)
        if not done.succeeded or written is None:
            return f"rustdoc does not describe {unit.name}: {_first_error(done.stderr)}"
        return written.read_bytes()


def _first_error(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").splitlines()
    found = (line for line in lines if line.startswith("error"))
    return next(found, lines[-1] if lines else "no message")[:_SHOWN]

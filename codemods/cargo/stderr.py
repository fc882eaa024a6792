"""Read what cargo itself says on standard error: its own errors, and what it started on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.cargo.diagnostics import Diagnostic

_STARTED = re.compile(rb"^ +(?:Compiling|Checking) ([\w-]+) v", re.MULTILINE)
_BLOCK = re.compile(r"^(?=(?:error|warning)(?:\[\w+\])?: )", re.MULTILINE)
# What a failing rustc leads to; rustc's own messages say why.
_FOLLOWING = ("error: could not compile ", "error: build failed", "error: aborting due to")
_STATUS = re.compile(r"^ +(Compiling|Checking|Finished|Building|Fresh|Running|Blocking) .*\n?", re.MULTILINE)


class CargoErrors:
    """The errors in cargo's standard error, with paths relative to `root`."""

    def __init__(self, stderr: bytes, root: str) -> None:
        self.text = stderr.decode(errors="replace").replace(f"{root}/", "")
        self.blocks = tuple(self._blocks())

    def _blocks(self) -> Iterator[str]:
        for block in _BLOCK.split(self.text):
            if block.startswith("error") and not block.startswith(_FOLLOWING):
                yield _STATUS.sub("", block).strip()


def errors_of_cargo(errors: CargoErrors) -> Iterator[Diagnostic]:
    """Yield cargo's own errors: a dependency that cannot be had, a build script that fails, …"""
    for block in errors.blocks:
        first = block.partition("\n")[0]
        yield Diagnostic("error", None, first.partition(": ")[2], (), (), block)


def started_packages(stderr: bytes) -> list[str]:
    """Return the packages that cargo said it compiles or checks, in order."""
    return [name.decode() for name in _STARTED.findall(stderr)]

"""What rustfmt makes of files: asked of each content once, kept in the step store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codemods.cargo.rustfmt import Formatter, SourceFile
from codemods.engine.store import StepStore, step_key

_LEFT_ALONE = b"-"  # rustfmt is switched off for the file, or can't read it
_WRITTEN = b"+"


@dataclass(frozen=True, slots=True)
class Formatting:
    """rustfmt, and where its answers are kept; `identity` is the hash of all that they depend on."""

    formatter: Formatter
    store: StepStore
    identity: str

    def clean(self, files: Iterable[SourceFile]) -> frozenset[Path]:
        """Return the paths of those `files` that rustfmt leaves as they are."""
        listed = list(files)
        formatted = self.format(listed)
        return frozenset(file.path for file in listed if formatted[file.path] == file.content)

    def format(self, files: Iterable[SourceFile]) -> dict[Path, bytes | None]:
        """Return each of `files` (one a path), formatted; None where rustfmt leaves it alone."""
        keys = {file: self._key(file) for file in files}
        known = {file: self.store.get(key) for file, key in keys.items()}
        made = self.formatter.format_files([file for file, kept in known.items() if kept is None])
        for file, kept in known.items():
            if kept is None:
                content = made[file.path]
                self.store.put(keys[file], _LEFT_ALONE if content is None else _WRITTEN + content)
        return made | {file.path: _content(kept) for file, kept in known.items() if kept is not None}

    def _key(self, file: SourceFile) -> str:
        return step_key("rustfmt", self.identity, file.path, file.content, file.edition)


def _content(kept: bytes) -> bytes | None:
    return None if kept == _LEFT_ALONE else kept[len(_WRITTEN) :]

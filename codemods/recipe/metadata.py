"""What a recipe module says about itself, read without importing it.

A workspace's recipes are foreign code, so `list`, `explain` and the docs parse them with
libcst. That takes a fifth of a second to import, so what was read is kept by content hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from codemods.errors import CodemodError
from codemods.recipe.documentation import Documentation, parse_documentation

RecipeOrigin = Literal["built-in", "installed", "workspace"]

# Part of every key: another reading of the same bytes must not be served from the cache.
_READING = b"metadata/2\0"


class MetadataError(CodemodError):
    """A recipe module cannot be read: no Python, or its decorator is not made of literals."""


@dataclass(frozen=True, slots=True)
class RecipeInfo:
    """A recipe as `list` and `explain` show it.

    `needs` are its facts, as it writes them; `settings` say what `--set` takes, in Markdown.

    `path` is the module's file; `content_hash` is that of its bytes (of all its modules,
    where the recipe is a package) and is what trust is given to.
    """

    id: str
    summary: str
    epoch: str
    min_rust: str
    applicability: str
    docstring: str
    after: tuple[str, ...]
    needs: tuple[str, ...]
    settings: tuple[str, ...]
    origin: RecipeOrigin
    path: Path
    content_hash: str
    codes: tuple[tuple[str, str], ...] = ()  # each reason code, and what it means
    module: str = ""  # the name to import it by; empty for a workspace's

    @property
    def documentation(self) -> Documentation:
        """The docstring, taken apart."""
        return parse_documentation(self.docstring)


class MetadataCache:
    """Metadata by content hash, in a folder that is made when needed; None: nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, content_hash: str) -> RecipeInfo | None:
        """Return what is known of a module with this content."""
        if self._folder is None:
            return None
        try:
            stored = json.loads(self._file(self._folder, content_hash).read_text("utf-8"))
            return _from_json(stored)
        except (OSError, ValueError, TypeError, KeyError):
            return None  # absent or damaged: read again, that is all

    def put(self, info: RecipeInfo) -> None:
        """Keep `info`. A cache that cannot be written is no cache: nothing else is lost."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._file(self._folder, info.content_hash), json.dumps(asdict(info), default=str))

    @staticmethod
    def _file(folder: Path, content_hash: str) -> Path:
        return folder / f"{content_hash}.json"


def read_metadata(
    path: Path, origin: RecipeOrigin, cache: MetadataCache | None = None, module: str = ""
) -> RecipeInfo:
    """Return what the recipe module at `path` says about itself. It is not imported.

    Raises:
        MetadataError: the file cannot be read, is not Python, or declares no recipe.
    """
    cache = cache or MetadataCache(None)
    content_hash = hash_of(path)
    known = cache.get(content_hash)
    if known is None:
        from codemods.recipe import declaration  # noqa: PLC0415 - libcst, only where the cache is cold

        known = declaration.read(path, content_hash)
        cache.put(known)
    return replace(known, origin=origin, path=path, module=module)


def hash_of(path: Path) -> str:
    """Return the hash of a module's content: of every `.py` file, where it is a package.

    Raises:
        MetadataError: it cannot be read.
    """
    try:
        return hash_of_contents(
            (file.relative_to(path.parent).as_posix(), file.read_bytes()) for file in _files(path)
        )
    except OSError as error:
        raise MetadataError(f"this recipe cannot be read: {error.strerror}", where=str(path)) from error


def hash_of_contents(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the hash of a recipe made of these files, by name."""
    digest = hashlib.sha256(_READING)
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees all of it or the one before.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _files(path: Path) -> Sequence[Path]:
    return sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]


def _from_json(stored: dict[str, Any]) -> RecipeInfo:
    if set(stored) != {field.name for field in fields(RecipeInfo)}:
        raise KeyError("another version wrote this")
    lists = {name: tuple(stored[name]) for name in ("after", "needs", "settings")}
    codes = tuple((code, meaning) for code, meaning in stored["codes"])
    return RecipeInfo(**{**stored, **lists, "codes": codes, "path": Path(stored["path"])})

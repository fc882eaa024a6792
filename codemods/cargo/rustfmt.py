"""Format files that were rustfmt-clean before, and no others.

Files go through standard input: there rustfmt does not follow `mod x;`, so one file is one
answer. What standard input loses (measured with 1.95) is put back here: a byte order mark is dropped,
CRLF becomes LF, and the configuration is looked for from the working directory.
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from codemods.cargo.process import Runner
from codemods.cargo.toolchain import Toolchain

CONFIGURATION_FILES = (".rustfmt.toml", "rustfmt.toml")  # the first wins, as in rustfmt
_BOM = b"\xef\xbb\xbf"
_PARALLEL = 2


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to look at: `path` is absolute and says which configuration applies.

    The content is given, not read: it need not be what is on the disk.
    """

    path: Path
    content: bytes
    edition: str


@dataclass(frozen=True, slots=True)
class Formatter:
    """The rustfmt of one toolchain, for files below `root` (a scratch checkout).

    `original_root` is the user's checkout that `root` stands for: configuration files in the folders
    above it apply, those in the folders above `root` do not.
    """

    toolchain: Toolchain
    runner: Runner
    root: Path
    original_root: Path | None = None

    def is_clean(self, path: Path, content: bytes, edition: str) -> bool:
        """Whether rustfmt is in use for this file and would leave it as it is.

        False also where there is no rustfmt, where the project switched it off for the file, and where
        rustfmt cannot read the file.
        """
        return self._is_clean(SourceFile(path, content, edition))

    def format(self, path: Path, content: bytes, edition: str) -> bytes | None:
        """Return `content` as rustfmt writes it; `None` where it cannot or must not."""
        return self._format(SourceFile(path, content, edition))

    def format_files(self, files: Iterable[SourceFile]) -> dict[Path, bytes | None]:
        """Return each of `files` by its path, formatted (see `format`)."""
        listed = list(files)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return dict(zip((file.path for file in listed), pool.map(self._format, listed), strict=True))

    def _is_clean(self, file: SourceFile) -> bool:
        return self._format(file) == file.content

    def _format(self, file: SourceFile) -> bytes | None:
        configuration = self._configuration(file.path)
        if self.toolchain.rustfmt is None or _is_switched_off(configuration, file.path):
            return None
        newline = _newline(file.content)
        if newline is None:
            return None
        argv = [str(self.toolchain.rustfmt), "--edition", file.edition, "--color", "never"]
        if configuration is not None:
            argv += ["--config-path", str(configuration)]
        text = file.content.removeprefix(_BOM).replace(b"\r\n", b"\n")
        done = self.runner.run(argv, cwd=self.root, stdin=text)
        if not done.succeeded:
            return None
        # With `newline_style = "Windows"` the output has CRLF already.
        formatted = done.stdout.replace(b"\r\n", b"\n").replace(b"\n", newline)
        return _BOM + formatted if file.content.startswith(_BOM) else formatted

    def _configuration(self, path: Path) -> Path | None:
        """Return the configuration file that applies to `path` in the user's checkout.

        Files in the user's home and configuration folders are left to rustfmt itself.
        """
        folders = [path.parent, *path.parent.parents]
        inside = [folder for folder in folders if folder.is_relative_to(self.root)]
        above = [] if self.original_root is None else list(self.original_root.parents)
        return next(_existing_configurations([*inside, *above]), None)


def formatter(
    toolchain: Toolchain, runner: Runner, root: Path, original_root: Path | None = None
) -> Formatter:
    """Return the formatter for files below `root`; see `Formatter`."""
    return Formatter(toolchain, runner, root, original_root)


def _existing_configurations(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for name in CONFIGURATION_FILES:
            if (folder / name).is_file():
                yield folder / name


def _newline(content: bytes) -> bytes | None:
    """Return the one line ending of `content`, `None` where it mixes them: that is never clean."""
    windows = content.count(b"\r\n")
    if windows == 0:
        return b"\n"
    return b"\r\n" if windows == content.count(b"\n") else None


def _is_switched_off(configuration: Path | None, path: Path) -> bool:
    """Whether the project does not want this file formatted.

    Stable rustfmt warns about `ignore` and does not heed it; we do, for the project said so.
    """
    if configuration is None:
        return False
    options = _read_options(configuration)
    if options.get("disable_all_formatting") is True:
        return True
    ignored = options.get("ignore", [])
    if not isinstance(ignored, list) or not path.is_relative_to(configuration.parent):
        return False
    relative = PurePosixPath(path.relative_to(configuration.parent).as_posix())
    return any(isinstance(pattern, str) and _matches(relative, pattern) for pattern in ignored)


def _read_options(configuration: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(configuration.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # rustfmt refuses such a file itself


def _matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether `pattern`, written as in a `.gitignore`, may mean `path` or a folder it is in.

    Where the pattern has no slash inside, any folder or file of that name is meant.
    """
    pattern = pattern.strip().rstrip("/").removeprefix("./")
    anchored = "/" in pattern
    pattern = pattern.removeprefix("/").replace("**/", "*")
    candidates = [path, *path.parents][:-1]
    return any(
        fnmatch.fnmatchcase(str(candidate) if anchored else candidate.name, pattern)
        for candidate in candidates
    )

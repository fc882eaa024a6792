"""What of the machine a cage shows: all of it read-only, private folders empty but for what a build needs.

Only what the user's own environment and configuration name is shown below a private folder. Nothing is
taken from a command line or from a recorded environment: build scripts write into both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codemods.cargo.toolchain import cargo_home, rustup_home

MountKind = Literal["empty", "temporary", "read", "write", "null", "seal"]
Mount = tuple[MountKind, str]  # what is done with the path; in order

# Folders and files below HOME that hold keys. Nothing a build needs is in them.
_SECRET_FOLDERS = (".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh")
_SECRET_FILES = (".netrc", ".git-credentials", ".npmrc", ".pypirc")
_CARGO_SECRETS = ("credentials", "credentials.toml")
_TEMPORARY = ("/tmp", "/var/tmp")  # the machine's; the cage has its own
# Sockets stand in `/run`: a container daemon's or a key agent's does not need the network.
_RUNNING = "/run"
_PROGRAMS_IN_RUN = ("/run/current-system", "/run/booted-system", "/run/opengl-driver", "/run/wrappers")
_PATH = re.compile(r"""(?:^|[\s:=;,"'\[]|-[LI])(/[^\s:;,"'\]]+)""", re.MULTILINE)
_PROGRAM_FOLDERS = ("bin", "shims")
_BESIDE_PROGRAMS = ("bin", "shims", "lib", "lib64", "libexec", "include", "versions", "share/pkgconfig")
_SYSTEM = ("/usr", "/etc", "/bin", "/lib", "/nix", "/opt", "/proc", "/dev", "/sys", "/var")


@dataclass(frozen=True, slots=True)
class View:
    """`private` folders are shown empty, but for what is `readable` in them; `hidden` are key files."""

    private: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()

    def mounts(self, writable: Sequence[Path]) -> list[Mount]:
        """Return what to mount over the machine's own files, in this order. `writable` must exist."""
        return [
            *(("temporary" if str(path) in _TEMPORARY else "empty", str(path)) for path in self.private),
            *(("read", str(path)) for path in sorted(self.readable) if path.exists()),
            *self._secrets(),
            *(("write", str(path)) for path in writable),
            *(("seal", str(path)) for path in self.private if str(path) not in _TEMPORARY),
        ]

    def _secrets(self) -> Iterator[Mount]:
        for path in self.hidden:
            if self._is_shown(path) and path.is_dir():
                yield "empty", str(path)
            elif self._is_shown(path) and path.is_file():
                yield "null", str(path)

    def _is_shown(self, path: Path) -> bool:
        return not is_below(path, self.private) or is_below(path, self.readable)

    def describe(self) -> str:
        """Return what is hidden, in words."""
        folders = ", ".join(str(path) for path in self.private)
        return f"{folders} hidden but for what a build needs" if folders else "key files hidden"


def key_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the places of keys and credentials of the user with this environment."""
    home = _home(environ)
    cargo = cargo_home(environ)
    folders = [home / name for name in _SECRET_FOLDERS]
    files = [home / name for name in _SECRET_FILES] + [cargo / name for name in _CARGO_SECRETS]
    return (*folders, *files)


def private_view(
    environ: Mapping[str, str],
    allowed: Mapping[str, str],
    *,
    readable: Iterable[Path] = (),
    settings: Iterable[Path] = (),
) -> View:
    """Return a view without the user's home and temporary files.

    `environ` is the user's whole environment, `allowed` what the analysed code may see of it: folders that
    it names are shown. So are cargo's and rustup's, what is `readable`, and the user's own cargo
    `settings` with the programs that they name.
    """
    private = tuple(sorted(set(_private_folders(environ))))  # a folder before those in it
    files = [*settings, cargo_home(environ) / "config.toml", cargo_home(environ) / "config"]
    texts = [value for name, value in allowed.items() if name not in ("HOME", "PWD", "TMPDIR")]
    texts += [_text(file) for file in files]
    named = (Path(path) for text in texts for path in _PATH.findall(text))
    wanted = [
        *(cargo_home(environ), rustup_home(environ), *files, *readable, *map(Path, _PROGRAMS_IN_RUN)),
        *(beside for path in named for beside in _with_libraries(path, private)),
    ]
    wanted += [Path(os.path.realpath(path)) for path in wanted]
    covering = {folder for path in private for folder in (path, *path.parents)}
    shown = {path for path in wanted if is_below(path, private) and path not in covering}
    # Not all are there yet: whether they are is asked each time.
    return View(private, tuple(sorted(shown)), key_files(environ))


def is_below(path: Path, folders: Iterable[Path]) -> bool:
    """Whether `path` lies somewhere below one of `folders`."""
    return any(folder in path.parents for folder in folders)


def _private_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    home = Path(os.path.realpath(_home(environ)))
    # A service's home may be `/` or a folder of the system: to hide that would hide the compiler.
    if len(home.parts) > 1 and not any(Path(system).is_relative_to(home) for system in _SYSTEM):
        yield home
    for name in (*_TEMPORARY, _RUNNING, environ.get("TMPDIR", ""), environ.get("XDG_RUNTIME_DIR", "")):
        path = Path(os.path.realpath(name)) if name.startswith("/") else None
        if path is not None and path.is_dir() and len(path.parts) > 1:
            yield path


def _with_libraries(path: Path, private: Sequence[Path]) -> Iterator[Path]:
    """Yield `path`, and where it leads to a folder of programs what these need beside it."""
    yield path
    folder = next((each for each in (path, path.parent) if each.name in _PROGRAM_FOLDERS), None)
    if folder is not None and folder.parent not in private:
        besides = (folder.parent / name for name in _BESIDE_PROGRAMS)
        yield from (each for each in besides if each.exists())


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - may not raise


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

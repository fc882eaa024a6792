"""Git directories of our own that borrow the objects of another store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from codemods.vcs.git import ISOLATED, Git

_MAXIMAL_DEPTH = 5  # git itself follows alternates no deeper

_CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = false
	fileMode = true
	symlinks = true
	ignoreCase = false
	autocrlf = false
	safecrlf = false
	logAllRefUpdates = false
	untrackedCache = false
[index]
	version = 2
"""
_EXTENSION = """\
[extensions]
	objectFormat = sha256
"""


def ensure_git_directory(git_dir: Path, objects: Path, object_format: str) -> None:
    """Make `git_dir` a git directory that borrows from the store `objects`; keep its index.

    Whatever stands there is brought to that state, so a half-made one is repaired.
    """
    config = config_text(object_format)
    if _text(git_dir / "config") not in (None, config):
        shutil.rmtree(git_dir)  # another object format: its index cannot be read
    for folder in ("objects/info", "objects/pack", "refs", "info"):
        (git_dir / folder).mkdir(parents=True, exist_ok=True)
    stores = "".join(f"{store}\n" for store in all_stores(objects))
    write_if_different(git_dir / "objects/info/alternates", os.fsencode(stores))
    write_if_different(git_dir / "HEAD", b"ref: refs/heads/none\n")
    write_if_different(git_dir / "config", config.encode())


def config_text(object_format: str) -> str:
    """Return the configuration of a git directory of ours."""
    if object_format == "sha256":
        return _CONFIG.format(version=1) + _EXTENSION
    return _CONFIG.format(version=0)


def isolated_git(git_dir: Path, work_tree: Path) -> Git:
    """Return git for a directory of our own: no configuration of the user or system applies."""
    return Git(work_tree, (f"--git-dir={git_dir}", f"--work-tree={work_tree}"), ISOLATED)


def all_stores(objects: Path) -> tuple[Path, ...]:
    """Return `objects` and every store that it borrows from, as absolute paths.

    Flattened, because git takes relative alternates at the first level only.
    """
    return tuple(dict.fromkeys(_stores(objects, 0)))


def write_if_different(path: Path, content: bytes) -> None:
    """Bring `path` to `content` in one step; a file that holds it already is not touched."""
    try:
        if path.read_bytes() == content:
            return
    except FileNotFoundError:
        pass
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(content)
    temporary.replace(path)


def _stores(objects: Path, depth: int) -> Iterator[Path]:
    yield objects
    listing = _text(objects / "info/alternates") or ""
    for line in listing.splitlines():
        if line and not line.startswith("#") and depth < _MAXIMAL_DEPTH:
            yield from _stores(Path(os.path.normpath(objects / line)), depth + 1)


def _text(path: Path) -> str | None:
    try:
        return os.fsdecode(path.read_bytes())
    except FileNotFoundError:
        return None

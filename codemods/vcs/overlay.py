"""Reading and writing single files below a folder that analysed code can alter.

Every folder on the way is opened without following links, so a link that a build script put
there cannot lead a write out of the scratch checkout.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_A_PLAIN_FILE = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EACCES, errno.ETXTBSY}
)
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_file(root: Path, path: PurePosixPath) -> bytes | None:
    """Return the bytes of the regular file at `path` below `root`, None where there is none."""
    try:
        with _parent(root, path, create=False) as folder:
            descriptor = os.open(path.name, _READ, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor has no path)
        return file.read()


def write_file(root: Path, path: PurePosixPath, content: bytes, *, executable: bool, temporary: Path) -> None:
    """Put `content` at `path` below `root`, whatever link or file stands in the way there.

    A file that is there already is written in place, which some file systems do ten times
    faster; a kill in the middle is repaired by the next `Scratch.open`. A new one appears in
    one step. `temporary` is a free name outside `root`, on the same file system.
    """
    if _overwrite(root, path, content, executable=executable):
        return
    temporary.unlink(missing_ok=True)
    temporary.write_bytes(content)
    if executable:
        temporary.chmod(temporary.stat().st_mode | 0o111)
    with _parent(root, path, create=True) as folder:
        _clear(folder, path.name, root / path)
        os.replace(temporary, path.name, dst_dir_fd=folder)


def _overwrite(root: Path, path: PurePosixPath, content: bytes, *, executable: bool) -> bool:
    """Write to the regular file that is there; return False where it must be made anew."""
    try:
        with _parent(root, path, create=False) as folder:
            descriptor = os.open(path.name, _WRITE, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_A_PLAIN_FILE:
            return False
        raise
    with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  (a descriptor has no path)
        status = os.fstat(descriptor)
        # A second name of the file may lie outside of `root`: what it holds is not ours.
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            return False
        if bool(status.st_mode & 0o100) != executable:
            return False
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]
        os.ftruncate(descriptor, len(content))
    return True


def blob_hash(content: bytes, like: str) -> str:
    """Return git's hash of `content` as a blob, in the object format of the hash `like`."""
    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def _parent(root: Path, path: PurePosixPath, *, create: bool) -> Iterator[int]:
    """Open the folder of `path` below `root`; with `create`, make folders (and replace what is none)."""
    descriptor = os.open(root, _FOLDER)
    try:
        for part in path.parts[:-1]:
            if create:
                _make_folder(descriptor, part)
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _make_folder(parent: int, name: str) -> None:
    try:
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        os.mkdir(name, dir_fd=parent)
        return
    if not stat.S_ISDIR(mode):
        os.unlink(name, dir_fd=parent)
        os.mkdir(name, dir_fd=parent)


def _clear(folder: int, name: str, shown: Path) -> None:
    """Refuse to replace a folder that holds files; an empty one goes."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        try:
            os.rmdir(name, dir_fd=folder)
        except OSError as error:
            raise OSError(error.errno, "a folder stands where a file should be", str(shown)) from error

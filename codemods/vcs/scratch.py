"""The scratch checkout: where everything is compiled, so that the user's tree never is touched.

It has a fixed place in the cache, keyed by the repository's real path, and mirrors that path:

    <cache>/scratch/<key>/lock          one run at a time
    <cache>/scratch/<key>/git           index of the checkout; objects are borrowed
    <cache>/scratch/<key>/modules/…     the same for each submodule
    <cache>/scratch/<key>/codemod-*     folders of single steps, gone with the step
    <cache>/scratch/<key>/written       paths that overlays created (journal)
    <cache>/scratch/<key>/root/home/u/repo/…          the files
    <cache>/scratch/<key>/root/home/u/other           a link to what lies outside

so a path dependency `../other` is found where Cargo looks for it. The git directories stand
beside `root`, never in it: analysed code may write to `root`, and a configuration there
could start programs. Any state a kill leaves behind is repaired by the next `open`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType

from codemods.errors import CodemodError, MachineError, UsageError
from codemods.vcs.checkout import Checkout, make_real_folders, remove_anything
from codemods.vcs.disk import disk_errors
from codemods.vcs.lock import Lock
from codemods.vcs.overlay import blob_hash, read_file, write_file
from codemods.vcs.repository import REGULAR_MODES, SUBMODULE_MODE, Entry, Repository
from codemods.vcs.shown import show_git
from codemods.vcs.submodules import checkout_submodules

Overlay = Mapping[PurePosixPath, bytes | None]

TEMPORARY = "codemod-"  # begins the name of a folder beside the files that a kill may leave behind


@dataclass(slots=True)
class Scratch:
    """The files of one commit, plus the overlay of the last `materialize`.

    `root` is the repository's top folder in scratch; `writable` the folder that a sandbox must
    let the compiler write to. `missing_submodules` names those whose objects are not here.
    Close it (or use `with`) to let the next run in.
    """

    repository: Repository
    commit: str
    root: Path
    writable: Path
    missing_submodules: tuple[str, ...]
    _checkout: Checkout
    _lock: Lock
    _entries: Mapping[str, Entry]
    _overlay: dict[PurePosixPath, bytes | None] = field(default_factory=dict)
    _originals: dict[PurePosixPath, bytes] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        repository: Repository,
        commit: str,
        cache_root: Path,
        *,
        wait_seconds: float = 600.0,
        on_wait: Callable[[str], None] | None = None,
    ) -> Scratch:
        """Return the scratch of `repository` with exactly the files of `commit`.

        Waits `wait_seconds` for another run on the repository; `on_wait` is told once.

        Raises:
            MachineError: another run does not end, the disk is full, or objects are missing.
            UsageError: the cache lies inside the repository.
        """
        home = scratch_home(repository, cache_root)
        with disk_errors(home):
            lock = Lock.acquire(home / "lock", wait_seconds, on_wait)
            try:
                return cls._lay_out(repository, commit, home, lock)
            except BaseException:
                lock.release()
                raise

    @classmethod
    def _lay_out(cls, repository: Repository, commit: str, home: Path, lock: Lock) -> Scratch:
        entries = {entry.name: entry for entry in repository.entries(commit)}
        root = _mirrored(home / "root", repository.root)
        _clear_outside(home / "root", root)
        checkout = Checkout.prepare(root, home / "git", repository.objects, repository.object_format)
        checkout.remove(path for path in _journal(home) if str(path) not in entries)
        checkout.update(commit, frozenset(entries))
        (home / "written").unlink(missing_ok=True)
        for left in home.glob(f"{TEMPORARY}*"):
            remove_anything(left)
        index = (home / "git/index").read_bytes()
        show_git(repository, commit, root, index=index, temporary=home / "new")
        modules = tuple(entry for entry in entries.values() if entry.mode == SUBMODULE_MODE)
        missing = checkout_submodules(repository, commit, modules, root, home / "modules") if modules else ()
        return cls(repository, commit, root, home / "root", missing, checkout, lock, entries)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other runs use the scratch. The files stay, for the next one to start from."""
        self._lock.release()

    def materialize(self, overlay: Overlay) -> tuple[PurePosixPath, ...]:
        """Bring the tree to the commit plus `overlay` (None deletes); return the paths written.

        Only files of this overlay and the one before are looked at, and only those whose bytes
        differ are written. Modes stay; a new file is not executable.

        Raises:
            CodemodError: a path is not inside, or leads through or names a link or submodule.
            MachineError: the disk is full.
        """
        for path in overlay:
            self._check(path)
        self._require_real_root()
        self._remember_new_files(overlay)
        with disk_errors(self.root):
            written = self._bring(overlay)
        self._overlay = dict(overlay)
        return written

    def restore(self) -> tuple[PurePosixPath, ...]:
        """Undo what builds or tests did to tracked files; return the paths. The overlay stays."""
        self._require_real_root()
        with disk_errors(self.root):
            changed = tuple(path for path in self._checkout.changed() if path not in self._overlay)
            self._checkout.restore(changed)
            return changed + self._bring(self._overlay)

    def committed(self, path: PurePosixPath) -> bytes:
        """Return the bytes of a tracked file in the commit.

        Raises:
            OSError: there is no such file.
        """
        if path not in self._overlay:
            return (self.root / path).read_bytes()
        if path not in self._originals:  # one git for all that the overlay hides
            self._originals |= self._committed(self._overlay)
        if path not in self._originals:
            raise FileNotFoundError(path)
        return self._originals[path]

    def changed(self) -> tuple[PurePosixPath, ...]:
        """Return the tracked files that are not as committed, beyond the overlay."""
        return tuple(path for path in self._checkout.changed() if path not in self._overlay)

    def inside(self, path: Path) -> Path:
        """Return where `path` of the user's disk is, or would be, in scratch."""
        return _mirrored(self.writable, path)

    def link_outside(self, path: Path) -> Path:
        """Make `path` (absolute, outside the repository) readable at its mirrored place; return that.

        Raises:
            UsageError: it is inside the repository or above it.
        """
        root = self.repository.root
        path = Path(os.path.normpath(path))
        if not path.is_absolute() or path.is_relative_to(root) or root.is_relative_to(path):
            raise UsageError(
                "only what lies beside the repository can be linked into scratch", where=str(path)
            )
        link = self.inside(path)
        if not _is_linked(link, self.writable):
            with disk_errors(link):
                remove_anything(link)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path)
        return link

    def _require_real_root(self) -> None:
        """Refuse to go on where analysed code made a link of a folder above the files."""
        for folder in (self.root, *self.root.parents):
            if folder == self.writable:
                return
            if folder.is_symlink() or not folder.is_dir():
                raise MachineError(
                    "a program of the analysed code moved the scratch checkout away",
                    where=str(folder),
                    hint="Look at its build scripts and tests; nothing was written through that link.",
                )

    def _check(self, path: PurePosixPath) -> None:
        """Refuse what would write outside, through a link of the commit, or over one."""
        if path.is_absolute() or not path.parts or {"..", ".git"} & {part.lower() for part in path.parts}:
            raise CodemodError("not a path inside the repository", where=str(path))
        for candidate in (path, *path.parents[:-1]):
            entry = self._entries.get(str(candidate))
            if entry is not None and (entry.mode not in REGULAR_MODES):
                kind = "submodule" if entry.mode == SUBMODULE_MODE else "symbolic link"
                raise CodemodError(
                    f"{candidate} is a {kind}: files behind it are not edited", where=str(path)
                )

    def _remember_new_files(self, overlay: Overlay) -> None:
        """Note the paths that the commit does not have before any is written, for the next `open`."""
        new = [
            path
            for path, content in overlay.items()
            if content is not None and str(path) not in self._entries
        ]
        if new:
            with disk_errors(self.root), (self.writable.parent / "written").open("ab") as journal:
                journal.write(b"".join(os.fsencode(str(path)) + b"\0" for path in new))

    def _bring(self, overlay: Overlay) -> tuple[PurePosixPath, ...]:
        """Bring the paths of this and the last overlay to what they should be; return those written."""
        # Where this fails half-way, the next call must look at all of these again.
        self._overlay = {**self._overlay, **overlay}
        differing = [path for path in sorted(self._overlay) if self._differs(path, overlay)]
        written = {path: content for path in differing if (content := overlay.get(path)) is not None}
        written |= self._committed(path for path in differing if path not in overlay)
        # Deletions first: a file may give way to a folder of its name, or the reverse.
        self._checkout.remove(path for path in differing if path not in written)
        for path, content in written.items():
            entry = self._entries.get(str(path))
            executable = entry is not None and entry.mode == "100755"
            write_file(
                self.root, path, content, executable=executable, temporary=self.writable.parent / "new"
            )
        return tuple(differing)

    def _differs(self, path: PurePosixPath, overlay: Overlay) -> bool:
        current = read_file(self.root, path)
        entry = self._entries.get(str(path))
        if path in overlay or entry is None:
            return current != overlay.get(path)
        return current is None or blob_hash(current, entry.object) != entry.object

    def _committed(self, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, bytes]:
        """Return the bytes in the commit of those of `paths` that it has."""
        known = {path: entry for path in paths if (entry := self._entries.get(str(path))) is not None}
        contents = self.repository.read_objects(entry.object for entry in known.values())
        return dict(zip(known, contents, strict=True)) if known else {}


def scratch_home(repository: Repository, cache_root: Path) -> Path:
    """Return the folder in the cache that belongs to `repository`.

    Raises:
        UsageError: the cache lies inside the repository.
    """
    root, cache = repository.root.resolve(), cache_root.resolve()
    if cache.is_relative_to(root):
        raise UsageError(
            "the cache folder lies inside the repository",
            where=str(cache),
            hint="Point XDG_CACHE_HOME somewhere else.",
        )
    key = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return cache / "scratch" / key


def _mirrored(base: Path, path: Path) -> Path:
    return base.joinpath(*path.parts[1:])


def _journal(home: Path) -> Iterator[PurePosixPath]:
    """Yield the paths that overlays of a run that did not end created."""
    try:
        content = (home / "written").read_bytes()
    except FileNotFoundError:
        return
    # A kill may have cut the last entry short: then its file was not written yet.
    yield from (PurePosixPath(os.fsdecode(name)) for name in content.split(b"\0")[:-1])


def _clear_outside(base: Path, root: Path) -> None:
    """Remove the links of earlier runs, and anything else beside the mirrored folder."""
    make_real_folders(base.parent, root)
    folder = base
    for part in root.relative_to(base).parts:
        for child in folder.iterdir():
            if child.name != part:
                remove_anything(child)
        folder /= part


def _is_linked(path: Path, base: Path) -> bool:
    """Whether `path` is a link already, or lies below one."""
    return any(folder.is_symlink() for folder in (path, *path.parents) if folder.is_relative_to(base))

"""Fetch published crates through cargo and keep each as a git repository of one commit."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_dir

from tools.processes import must, run

LIST = Path(__file__).with_name("corpus.toml")
NOT_FROM_THE_AUTHOR = ("Cargo.toml.orig", ".cargo-ok")
# The same bytes, author and date give the same commit on every machine.
SAME_EVERYWHERE = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_TEMPLATE_DIR": "",
    "GIT_AUTHOR_NAME": "corpus",
    "GIT_AUTHOR_EMAIL": "corpus@invalid",
    "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "corpus",
    "GIT_COMMITTER_EMAIL": "corpus@invalid",
    "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z",
}


@dataclass(frozen=True, slots=True)
class Crate:
    """One published crate version, and why it is in the list."""

    name: str
    version: str
    note: str = field(default="", compare=False)

    @property
    def slug(self) -> str:
        """Return `name-version`, as cargo calls the unpacked folder."""
        return f"{self.name}-{self.version}"


def read_list(path: Path = LIST, table: str = "crate") -> tuple[Crate, ...]:
    """Return the crates of one table of the list, in its order."""
    rows = tomllib.loads(path.read_text()).get(table, [])
    return tuple(Crate(row["name"], row["version"], row.get("note", "")) for row in rows)


def cache_folder() -> Path:
    """Return where fetched crates and their builds are kept between runs, out of reach of `codemod clean`."""
    return Path(user_cache_dir("codemod-tools"))


def repository(crate: Crate, cache: Path, *, fresh_lock: bool = False) -> Path:
    """Return the git repository of `crate` below `cache`, fetched on first use.

    Its `Cargo.lock` lies in the work tree: as published, or else resolved on that first use and
    ignored by git, so that every later run builds against the same dependencies. With `fresh_lock` the
    published one, with which nothing builds any more, is resolved anew and committed.
    """
    kept = cache / "repositories" / (f"{crate.slug}-locked" if fresh_lock else crate.slug)
    if not (kept / ".git").is_dir():
        building = cache / "unfinished" / crate.slug
        shutil.rmtree(building, ignore_errors=True)
        shutil.copytree(
            source_folder(crate, cache), building, ignore=shutil.ignore_patterns(*NOT_FROM_THE_AUTHOR)
        )
        if fresh_lock:
            (building / "Cargo.lock").unlink(missing_ok=True)
            must(["cargo", "generate-lockfile"], cwd=building)
        commit_all(building)
        resolve(building)
        kept.parent.mkdir(parents=True, exist_ok=True)
        building.rename(kept)
    return kept


def source_folder(crate: Crate, cache: Path) -> Path:
    """Return the folder where cargo unpacked `crate`; cargo downloads it if need be."""
    found = unpacked(crate, cache)
    if crate in found:
        return found[crate]
    # A program alone is no dependency that cargo's metadata would name, though it was fetched.
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    return next(home.glob(f"registry/src/*/{crate.slug}"))


def unpacked(crate: Crate, cache: Path) -> dict[Crate, Path]:
    """Return the folder of `crate` and of everything it depends on, downloaded if need be."""
    scratch = cache / "scratch" / crate.slug
    (scratch / "src").mkdir(parents=True, exist_ok=True)
    (scratch / "src" / "lib.rs").touch()
    (scratch / "Cargo.toml").write_text(
        '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'
        f'x = {{ package = "{crate.name}", version = "={crate.version}" }}\n'
    )
    must(["cargo", "fetch"], cwd=scratch)
    metadata = must(["cargo", "metadata", "--format-version=1", "--offline"], cwd=scratch)
    return {
        Crate(package["name"], package["version"]): Path(package["manifest_path"]).parent
        for package in json.loads(metadata.stdout)["packages"]
        if package["source"] is not None
    }


def commit_all(folder: Path) -> None:
    """Make `folder` a git repository with one commit of everything in it."""
    must(["git", "init", "-q", "-b", "main", "--object-format=sha1"], cwd=folder, env=SAME_EVERYWHERE)
    # A package may ship files that its own .gitignore names.
    must(
        ["git", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "add", "--all", "--force", "."],
        cwd=folder,
        env=SAME_EVERYWHERE,
    )
    must(
        ["git", "-c", "commit.gpgsign=false", "commit", "-q", "--no-verify", "-m", "As published"],
        cwd=folder,
        env=SAME_EVERYWHERE,
    )


def resolve(folder: Path) -> None:
    """Leave a `Cargo.lock` in the work tree and everything it names downloaded."""
    if not (folder / "Cargo.lock").exists():
        _ignore_lock_file(folder)
        must(["cargo", "generate-lockfile"], cwd=folder)
    must(["cargo", "fetch", "--locked"], cwd=folder)


def fresh_clone(origin: Path, folder: Path) -> Path:
    """Return `folder`, made anew as a clone of `origin` with the same `Cargo.lock`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    must(
        ["git", "-c", "core.autocrlf=false", "clone", "-q", "--no-hardlinks", origin, folder],
        cwd=origin,
        env=SAME_EVERYWHERE,
    )
    if not (folder / "Cargo.lock").exists() and (origin / "Cargo.lock").exists():
        _ignore_lock_file(folder)
        shutil.copy2(origin / "Cargo.lock", folder / "Cargo.lock")
    return folder


def rust_files(folder: Path, commit: str = "HEAD") -> dict[str, bytes]:
    """Return path and bytes of every `.rs` file of `commit`, sorted by path."""
    listing = must(["git", "ls-tree", "-r", "-z", "--name-only", commit], cwd=folder).stdout
    paths = [path for path in listing.decode().split("\0") if path.endswith(".rs")]
    return {path: must(["git", "show", f"{commit}:{path}"], cwd=folder).stdout for path in paths}


def changed_lines(folder: Path, old: str, new: str | None = None) -> dict[str, int]:
    """Return lines removed plus lines added, by `.rs` file, from `old` to `new` (or the work tree)."""
    ends = [old] if new is None else [old, new]
    finished = run(["git", "diff", "--numstat", "-z", "--no-renames", *ends, "--", "*.rs"], cwd=folder)
    counted = {}
    for record in finished.stdout.decode().split("\0"):
        if record:
            added, removed, path = record.split("\t")
            counted[path] = int(added) + int(removed)
    return counted


def _ignore_lock_file(folder: Path) -> None:
    exclude = folder / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("/Cargo.lock\n")

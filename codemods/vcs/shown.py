"""The `.git` that analysed code sees in scratch.

Build scripts run `git describe` or read `.git/HEAD`; without a repository they fail here and
nowhere else. This one has HEAD, the tags and the user's objects (borrowed, so read only). We
never run git on it: analysed code may write whatever it likes there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from codemods.vcs.borrowed import all_stores, config_text
from codemods.vcs.overlay import read_file, write_file
from codemods.vcs.repository import Repository


def show_git(repository: Repository, commit: str, root: Path, *, index: bytes, temporary: Path) -> None:
    """Bring `.git` below `root` to show `commit`; what is right already is not touched.

    `index` is that of the files there, so that they do not count as changed. `temporary` is a
    free name outside `root`, on the same file system.
    """
    for name, content in {**_files(repository, commit), "index": index}.items():
        path = PurePosixPath(".git", name)
        if read_file(root, path) != content:
            write_file(root, path, content, executable=False, temporary=temporary)


def _files(repository: Repository, commit: str) -> Mapping[str, bytes]:
    stores = "".join(f"{store}\n" for store in all_stores(repository.objects))
    files = {
        "config": config_text(repository.object_format).encode(),
        "objects/info/alternates": os.fsencode(stores),
        "packed-refs": _tags(repository),
        "refs/.keep": b"",  # git takes a folder without `refs` for none of its own
        "HEAD": f"{commit}\n".encode(),
    }
    if repository.branch is not None and commit == repository.head:
        files["HEAD"] = os.fsencode(f"ref: refs/heads/{repository.branch}\n")
        files[f"refs/heads/{repository.branch}"] = f"{commit}\n".encode()
    if repository.is_shallow:
        files["shallow"] = (repository.common_dir / "shallow").read_bytes()
    return files


def _tags(repository: Repository) -> bytes:
    form = "%(objectname) %(refname)%(if)%(*objectname)%(then)%0a^%(*objectname)%(end)"
    listing = repository.git.run("for-each-ref", "--sort=refname", f"--format={form}", "refs/tags/")
    return b"# pack-refs with: peeled fully-peeled sorted \n" + listing

"""The real command line in a process of its own, with caches and settings of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.vcs.repos import fingerprint

CODEMOD = Path(sys.executable).with_name("codemod")
KEPT = ("PATH", "HOME", "RUSTUP_HOME", "CARGO_HOME", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output, all of it, as the JSON document it must be."""
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded

    @property
    def outcomes(self) -> dict[str, list[str]]:
        """The reason code (or `applied`) of each site, by path, in the order of the file."""
        by_path: dict[str, list[str]] = {}
        for site in sorted(self.document["sites"], key=lambda site: (site["path"], site["span"])):
            by_path.setdefault(site["path"], []).append(site["code"] or site["outcome"])
        return by_path


@dataclass(frozen=True, slots=True)
class Command:
    """`codemod` with its folders below `home`."""

    home: Path

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {
            **kept,
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "COLUMNS": "200",
            **(extra or {}),
        }

    def start(
        self, *arguments: str | Path, cwd: Path, extra: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Return the running command, in a session of its own."""
        return subprocess.Popen(
            [CODEMOD, *arguments],
            cwd=cwd,
            env=self.environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __call__(self, *arguments: str | Path, cwd: Path, extra: Mapping[str, str] | None = None) -> Ran:
        """Run it to the end; a traceback is a failure whatever the test looks at."""
        with self.start(*arguments, cwd=cwd, extra=extra) as process:
            out, err = process.communicate(timeout=120)
        assert "Traceback" not in err, err
        return Ran(process.returncode, out, err)


@contextmanager
def unchanged(*folders: Path) -> Iterator[None]:
    """Fail where any byte, mode, link or mtime below `folders` differs at the end (`.git` included)."""
    before = [fingerprint(folder) for folder in folders]
    yield
    assert [fingerprint(folder) for folder in folders] == before

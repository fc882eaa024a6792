"""Code that attacks the machine while it is analysed: each attempt is contained, and named where it ends."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods.cargo.sandbox import find_sandbox
from tests.cli.command import Command, Ran
from tests.cli.workspaces import package, repository
from tests.vcs.repos import commit, git

pytestmark = pytest.mark.cargo

FIXTURE = Path(__file__).parents[1] / "fixtures" / "attacks"
SECRET = "top-secret-4711"
SLEEP = (
    f"{80000 + os.getpid() % 9973}.5"  # seconds: by these the daemon is known, also beside another test run
)
BASELINE = 3
WHO = ("build-script", "macro", "test")


@dataclass(frozen=True)
class Scene:
    """A person's machine: a home with keys and notes, a repository, something that listens."""

    base: Path
    root: Path
    home: Path
    codemod: Command

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
            "CARGO_HOME": str(self.home / "cargo"),
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "CARGO_REGISTRIES_MINE_TOKEN": SECRET,
        }

    def apply(self, *options: str, path: str | None = None) -> Ran:
        extra = self.environment | ({"PATH": path} if path else {})
        return self.codemod(
            "apply", "try-macro", "--dry-run", "--json", "--test", "--no-prove", *options,
            cwd=self.root, extra=extra,
        )  # fmt: skip

    def reached(self) -> dict[str, set[str]]:
        """What each of the attackers wrote down, gathered from scratch and forgotten there."""
        found: dict[str, set[str]] = {}
        for file in (self.codemod.home / "cache").glob("**/reached/*.txt"):
            found.setdefault(file.stem, set()).update(file.read_text().splitlines())
            file.unlink()
        return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    base = tmp_path_factory.mktemp("attacks")
    home, root, beside = base / "home", base / "repository", base / "beside"
    shutil.copytree(FIXTURE, root)
    for file in ("home/.ssh/id", "home/notes.txt", "home/cargo/credentials.toml"):
        (base / file).parent.mkdir(parents=True, exist_ok=True)
        (base / file).write_text(SECRET)
    beside.mkdir()
    host = subprocess.run(["rustc", "--print=host-tuple"], capture_output=True, text=True, check=True).stdout
    config = root / ".cargo/config.toml"
    config.write_text(config.read_text().replace("HOST", host.strip()))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(base / "agent"))
        agent.listen()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        plan: dict[str, object] = {
            "home": home,
            "cargo_home": home / "cargo",
            "repository": root,
            "beside": beside,
        }
        plan |= {"address": address, "socket": base / "agent", "sleep": SLEEP, "secret": SECRET}
        (root / "plan.txt").write_text("".join(f"{name}={value}\n" for name, value in plan.items()))
        git(root, "init", "-q", "-b", "main")
        git(root, "config", "user.name", "Ada")
        git(root, "config", "user.email", "ada@example.org")
        commit(root)
        yield Scene(base, root, home, Command(base / "codemod"))


def _owned(scene: Scene) -> set[str]:
    """Return the folders outside of scratch that were written to."""
    written = {file.parent.name for file in scene.base.glob("*/owned.txt")}
    for file in scene.base.glob("*/owned.txt"):
        file.unlink()
    return written


def _strangers() -> list[str]:
    """Return the processes that the attackers left behind."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if SLEEP.encode() in words:
            found.append(process.name)
    return found


def _without_bubblewrap(folder: Path) -> str:
    """Return a search path on which everything is but bubblewrap."""
    folder.mkdir(exist_ok=True)
    for place in ("/usr/local/bin", "/usr/bin", "/bin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if program.name != "bwrap" and not link.is_symlink():
                link.symlink_to(program)
    cargo = shutil.which("cargo")
    assert cargo is not None
    return f"{Path(cargo).parent}:{folder}"


@pytest.mark.parametrize("kind", ["bubblewrap", pytest.param("namespaces", marks=pytest.mark.long)])
def test_in_a_cage_nothing_is_reached(scene: Scene, kind: str) -> None:
    path = None if kind == "bubblewrap" else _without_bubblewrap(scene.base / "bin")
    found, reason = find_sandbox("auto", path)
    if found is None:
        pytest.skip(reason)
    ran = scene.apply(path=path)
    assert ran.code == 0, ran.err
    assert ran.document["sandbox"].startswith(f"{found.version}: no network, read-only outside scratch")
    assert ran.document["totals"]["applied"] == 1
    reached = scene.reached()
    assert reached == {who: {"looked"} for who in WHO} | {"linker": {"linker was started"}}
    assert _owned(scene) == set()
    assert git(scene.root, "status", "--porcelain") == ""
    assert not list((scene.codemod.home / "cache").glob("**/planted.txt")), "no planted program was started"
    assert _strangers() == []
    assert SECRET not in ran.out + ran.err


def test_without_a_cage_the_ledger_says_what_is_open(scene: Scene) -> None:
    ran = scene.apply("--sandbox", "off")
    assert ran.code == 0, ran.err
    assert ran.document["sandbox"].startswith("none: switched off; analysed code may use the network, read")
    reached = scene.reached()
    opened = {"looked", "key file", "cargo credentials", "private file", "network", "socket"}
    assert all(reached[who] >= opened for who in WHO), "else the other tests show nothing"
    assert not any("secret in the environment" in found for found in reached.values())
    assert _owned(scene) == {"home", "repository", "beside"}
    assert not list((scene.codemod.home / "cache").glob("**/planted.txt"))
    note = next(note for note in ran.document["notes"] if "names programs" in note)
    assert "not started: build.rustc, build.rustc-wrapper, build.rustdoc" in note
    assert "linker" in note and "without a cage" in note
    assert _strangers() == [], "not even out of a session of its own"


FORK = """\
fn main() {
    loop {
        let _ = ::std::process::Command::new("sleep").arg("600").spawn();
    }
}
"""
FILL = """\
fn main() {
    let mut all = Vec::new();
    loop { all.push(vec![1u8; 1 << 20]); }
}
"""
SHARE = """\
fn main() {
    for _ in 0..3 {
        let script = "x=$(head -c 60000000 /dev/zero | tr '\\\\0' x); sleep 600";
        ::std::process::Command::new("sh").arg("-c").arg(script).spawn().unwrap();
    }
    ::std::thread::sleep(::std::time::Duration::from_secs(600));
}
"""
PRINT = """\
use std::io::Write;
fn main() {
    let line = vec![b'x'; 1 << 20];
    for _ in 0..10_000 { ::std::io::stdout().write_all(&line).unwrap(); println!(""); }
}
"""
WRITE = """\
use std::io::Write;
fn main() {
    let mut file = ::std::fs::File::create(format!("{}/all", ::std::env::var("OUT_DIR").unwrap())).unwrap();
    for _ in 0..10_000 { file.write_all(&[1; 1 << 20]).unwrap(); }
}
"""


@pytest.mark.parametrize("sandbox", ["auto", pytest.param("off", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("attack", "limit", "named"),
    [
        (FORK, "processes=60", "it started more than 60 processes"),
        (FILL, "memory=800MB", "it used more than 800 MB of memory"),
        (SHARE, "memory=150MB", "it used more than 150 MB of memory"),
        (PRINT, "memory=800MB", "it used more than 800 MB of memory"),
        (WRITE, "file=20MB", "it wrote more than 20 MB into one file"),
    ],
    ids=["fork", "fill", "share", "print", "write"],
)
def test_a_limit_is_named(
    codemod: Command, tmp_path: Path, attack: str, limit: str, named: str, sandbox: str
) -> None:
    root = repository(tmp_path / "repo", package("greedy", {"build.rs": attack}))
    ran = codemod("apply", "try-macro", "--limit", limit, "--sandbox", sandbox, cwd=root)
    assert ran.code == BASELINE, ran.err
    assert f"stopped by a limit: {named}" in ran.err
    assert "--limit" in ran.err

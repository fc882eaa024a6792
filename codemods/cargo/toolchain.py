"""Which Rust toolchain the user would get in a folder, found without asking rustup.

The order is rustup's own: an explicit name, `RUSTUP_TOOLCHAIN`, then upwards from the folder the
nearest directory override or toolchain file, then the default. Inside the repository
the toolchain files are those of the analysed commit, so they are read from scratch.
Nothing is ever installed. The binaries are the real ones: rustup's proxies cost 15 ms a start.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.errors import MachineError, UsageError

_ASKED_WITH = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "RUSTUP_HOME", "CARGO_HOME")
TOOLCHAIN_FILES = ("rust-toolchain", "rust-toolchain.toml")  # the first wins, as in rustup
_OVERRIDE_HINT = "Install it with `rustup toolchain install {name}`, or override with `--toolchain NAME`."
_INSTALL_RUST = "Install Rust from https://rustup.rs, or put `cargo` on PATH."

Remember = Callable[[str, Callable[[], str]], str]  # an answer by its key: kept, or else made


@dataclass(frozen=True, slots=True)
class Toolchain:
    """Real binaries of one toolchain. `name` is rustup's, "system" where there is no rustup.

    `chosen_by` says what chose it: "--toolchain", "RUSTUP_TOOLCHAIN", a file's path, …
    """

    name: str
    chosen_by: str
    cargo: Path
    rustc: Path
    rustdoc: Path
    rustfmt: Path | None
    sysroot: Path
    rustc_verbose: str
    cargo_version: str

    @property
    def rustc_version(self) -> str:
        """The version of rustc: "1.95.0", "1.97.0-nightly"."""
        return self._field("release")

    @property
    def host(self) -> str:
        """The host triple."""
        return self._field("host")

    @property
    def release(self) -> tuple[int, int, int]:
        """The version as numbers, without "-nightly" and the like."""
        return version_numbers(self.rustc_version)

    def environment(self, search_path: str = "") -> dict[str, str]:
        """Return what makes cargo, build scripts and tests use these very binaries."""
        variables = {
            "RUSTC": str(self.rustc),
            "RUSTDOC": str(self.rustdoc),
            "RUSTUP_AUTO_INSTALL": "0",
            "PATH": os.pathsep.join(part for part in (str(self.cargo.parent), search_path) if part),
        }
        if self.rustfmt is not None:
            variables["RUSTFMT"] = str(self.rustfmt)
        if self.name != "system":
            variables["RUSTUP_TOOLCHAIN"] = self.name
        return variables

    def _field(self, name: str) -> str:
        for line in self.rustc_verbose.splitlines():
            key, _, value = line.partition(": ")
            if key == name:
                return value.strip()
        raise MachineError(f"`{self.rustc} -vV` does not say its {name}", hint="Is this a rustc?")


@dataclass(frozen=True, slots=True)
class Choice:
    """The toolchain somebody chose, and where: `name` is rustup's, or a folder."""

    name: str
    chosen_by: str


def version_numbers(version: str) -> tuple[int, int, int]:
    """Return "1.56", "1.95.0-nightly" and the like as three numbers.

    Raises:
        ValueError: it is no version.
    """
    numbers = [int(part) for part in re.split(r"[-+]", version, maxsplit=1)[0].split(".")]
    if len(numbers) > 3:
        raise ValueError(f"not a version: {version!r}")
    major, minor, patch = (*numbers, 0, 0)[:3]
    return major, minor, patch


def find_toolchain(
    directory: Path,
    *,
    environ: Mapping[str, str],
    repository_root: Path,
    scratch_root: Path | None = None,
    override: str | None = None,
    remember: Remember = lambda _, ask: ask(),
) -> Toolchain:
    """Return the toolchain for the user's `directory`, which lies in `repository_root`.

    `scratch_root` is the checkout of the analysed commit (absent: files are read from the
    repository itself). `environ` is the user's whole environment. `remember` may keep what the
    programs say of themselves, by their identity: to start rustc takes 40 ms.

    Raises:
        UsageError: the toolchain that was asked for is not installed.
        MachineError: there is no Rust at all.
    """
    cargo = shutil.which("cargo", path=environ.get("PATH"))
    home = rustup_home(environ)
    if cargo is not None and not _is_proxy(Path(cargo)) and override is None:
        return _system_toolchain(Path(cargo), environ, remember)
    settings = _read_toml(home / "settings.toml")
    choice = choose(
        directory,
        environ,
        settings,
        repository_root=repository_root,
        scratch_root=scratch_root,
        override=override,
    )
    if choice is None:
        raise MachineError("no Rust toolchain found", where="PATH", hint=_INSTALL_RUST)
    _refuse_foreign(choice, repository_root)
    return _describe(_toolchain_folder(choice, home, settings), choice, remember)


def choose(
    directory: Path,
    environ: Mapping[str, str],
    settings: Mapping[str, Any],
    *,
    repository_root: Path,
    scratch_root: Path | None = None,
    override: str | None = None,
) -> Choice | None:
    """Return what rustup would choose for `directory`, given its `settings.toml`."""
    if override:
        return Choice(override.removeprefix("+"), "--toolchain")
    if environ.get("RUSTUP_TOOLCHAIN"):
        return Choice(environ["RUSTUP_TOOLCHAIN"], "RUSTUP_TOOLCHAIN")
    overrides = settings.get("overrides", {})
    for folder in (directory, *directory.parents):
        name = overrides.get(str(folder))
        if name is not None:
            return Choice(name, f"rustup override set in {folder}")
        choice = read_toolchain_file(_as_committed(folder, repository_root, scratch_root), folder)
        if choice is not None:
            return choice
    default = settings.get("default_toolchain")
    return Choice(default, "rustup default") if default else None


def read_toolchain_file(folder: Path, shown: Path | None = None) -> Choice | None:
    """Return what the toolchain file in `folder` asks for; it is called by its path in `shown`.

    Raises:
        UsageError: there is a file, and it does not name a toolchain.
    """
    for name in TOOLCHAIN_FILES:
        file = folder / name
        if file.is_file():
            channel = _channel(file, shown or folder)
            return None if channel is None else Choice(channel, str((shown or folder) / name))
    return None


def rustup_home(environ: Mapping[str, str]) -> Path:
    """Return rustup's folder."""
    return Path(environ.get("RUSTUP_HOME") or Path(environ.get("HOME") or Path.home()) / ".rustup")


def cargo_home(environ: Mapping[str, str]) -> Path:
    """Return cargo's folder."""
    return Path(environ.get("CARGO_HOME") or Path(environ.get("HOME") or Path.home()) / ".cargo")


def installed_toolchains(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the toolchains that rustup has."""
    folder = rustup_home(environ) / "toolchains"
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_dir())) if folder.is_dir() else ()


def _as_committed(folder: Path, repository_root: Path, scratch_root: Path | None) -> Path:
    if scratch_root is None or not folder.is_relative_to(repository_root):
        return folder
    return scratch_root / folder.relative_to(repository_root)


def _channel(file: Path, shown: Path) -> str | None:
    """Return the channel or path in a toolchain file; `None` where it leaves the default."""
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if file.suffix != ".toml" and len(lines) == 1 and "=" not in text and "[" not in text:
        return lines[0].strip()
    try:
        table = tomllib.loads(text)["toolchain"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise UsageError(
            f"the toolchain file cannot be read: {error}",
            where=str(shown / file.name),
            hint="Correct it, or choose a toolchain with `--toolchain NAME`.",
        ) from error
    if "path" in table:
        return str(shown / table["path"])
    channel = table.get("channel")
    return None if channel is None else str(channel)


def _is_proxy(program: Path) -> bool:
    """Whether it is rustup under another name: a symbolic link, or a hard link beside it."""
    real = program.resolve()
    if real.stem in ("rustup", "rustup-init"):
        return True
    rustup = program.parent / "rustup"
    return rustup.exists() and rustup.samefile(program)


def _refuse_foreign(choice: Choice, repository_root: Path) -> None:
    """Refuse a folder of programs that the analysed code names: they would be started outside of the cage.

    Raises:
        UsageError: the toolchain file of the repository names a folder.
    """
    file = Path(choice.chosen_by)
    is_foreign = file.is_absolute() and file.resolve().is_relative_to(repository_root.resolve())
    if is_foreign and os.sep in choice.name:
        raise UsageError(
            f"the repository's toolchain file names a folder of programs, `{choice.name}`",
            where=choice.chosen_by,
            hint=f"If you trust them: `--toolchain {choice.name}`.",
        )


def _toolchain_folder(choice: Choice, home: Path, settings: Mapping[str, Any]) -> Path:
    if os.sep in choice.name:
        folders = [Path(choice.name)]
    else:
        host = settings.get("default_host_triple") or _guess_host()
        folders = [home / "toolchains" / name for name in (choice.name, f"{choice.name}-{host}")]
    for folder in folders:
        if (folder / "bin" / "rustc").exists():
            return folder.resolve()
    raise UsageError(
        f"the toolchain `{choice.name}` is not installed",
        where=choice.chosen_by,
        hint=_OVERRIDE_HINT.format(name=choice.name),
    )


def _guess_host() -> str:
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    system = "apple-darwin" if platform.system() == "Darwin" else "unknown-linux-gnu"
    return f"{machine}-{system}"


def _describe(sysroot: Path, choice: Choice, remember: Remember) -> Toolchain:
    tools = {name: sysroot / "bin" / name for name in ("cargo", "rustc", "rustdoc", "rustfmt")}
    for name in ("cargo", "rustdoc"):
        if not tools[name].exists():
            raise UsageError(
                f"the toolchain `{choice.name}` has no {name}",
                where=choice.chosen_by,
                hint=f"`rustup component add {name} --toolchain {choice.name}`, or use `--toolchain NAME`.",
            )
    return Toolchain(
        name=choice.name if os.sep in choice.name else sysroot.name,
        chosen_by=choice.chosen_by,
        cargo=tools["cargo"],
        rustc=tools["rustc"],
        rustdoc=tools["rustdoc"],
        rustfmt=tools["rustfmt"] if tools["rustfmt"].exists() else None,
        sysroot=sysroot,
        rustc_verbose=_ask(tools["rustc"], "-vV", remember),
        cargo_version=_ask(tools["cargo"], "-V", remember).strip(),
    )


def _system_toolchain(cargo: Path, environ: Mapping[str, str], remember: Remember) -> Toolchain:
    """Cargo and rustc of the distribution, which know no toolchain files."""
    rustc = environ.get("RUSTC") or shutil.which("rustc", path=environ.get("PATH"))
    if rustc is None:
        raise MachineError("`cargo` is on PATH, but `rustc` is not", where=str(cargo), hint=_INSTALL_RUST)
    rustdoc = environ.get("RUSTDOC") or shutil.which("rustdoc", path=environ.get("PATH"))
    rustfmt = shutil.which("rustfmt", path=environ.get("PATH"))
    return Toolchain(
        name="system",
        chosen_by="PATH",
        cargo=cargo,
        rustc=Path(rustc),
        rustdoc=Path(rustdoc or Path(rustc).with_name("rustdoc")),
        rustfmt=Path(rustfmt) if rustfmt else None,
        sysroot=Path(_ask(Path(rustc), "--print=sysroot", remember).strip()),
        rustc_verbose=_ask(Path(rustc), "-vV", remember),
        cargo_version=_ask(cargo, "-V", remember).strip(),
    )


def _ask(program: Path, question: str, remember: Remember) -> str:
    """Return what `program question` prints; remembered by the file's identity."""
    status = program.stat()
    identity = f"{status.st_ino}:{status.st_ctime_ns}:{status.st_mtime_ns}:{status.st_size}"
    return remember(f"{program}:{identity}:{question}", lambda: _answer(program, question))


def _answer(program: Path, question: str) -> str:
    try:
        # In the root folder and with next to nothing of the environment: nothing but the program answers.
        done = subprocess.run(
            [str(program), question],
            capture_output=True,
            timeout=60,
            check=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in _ASKED_WITH if name in os.environ},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MachineError(
            f"`{program} {question}` failed: {error}", hint="Is the toolchain complete? See `codemod doctor`."
        ) from error
    return done.stdout.decode(errors="replace")


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}

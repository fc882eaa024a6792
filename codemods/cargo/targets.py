"""Target platforms: what `cfg` holds on each, and which have a standard library here.

rustc knows the `cfg` of every built-in target, installed or not; to build for one takes its
standard library. Nothing is installed, and rustup is never started.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from codemods.cargo.toolchain import Toolchain
from codemods.errors import MachineError, UsageError
from codemods.rust.cfg import Option, Predicate, evaluate, parse

Remember = Callable[[str, Callable[[], str]], str]

# Tried in this order, to name one that a condition asks for.
WELL_KNOWN = (
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-gnu",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "wasm32-unknown-unknown",
    "i686-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "x86_64-unknown-freebsd",
    "aarch64-linux-android",
    "aarch64-apple-ios",
    "wasm32-wasip1",
    "x86_64-unknown-netbsd",
    "x86_64-unknown-openbsd",
    "x86_64-unknown-dragonfly",
    "x86_64-unknown-illumos",
    "x86_64-pc-solaris",
    "x86_64-unknown-redox",
    "armv7-unknown-linux-gnueabihf",
    "powerpc64-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "i686-pc-windows-msvc",
    "x86_64-fortanix-unknown-sgx",
    "wasm32-unknown-emscripten",
    "x86_64-unknown-fuchsia",
    "x86_64-unknown-haiku",
    "thumbv7em-none-eabihf",
    "x86_64-unknown-none",
)
# What rustc sets for every target, so that absence means false; `test`, `feature` and others are cargo's.
_BUILT_IN = frozenset({"unix", "windows", "panic", "relocation_model", "target_thread_local", "ub_checks"})
# Not of the target: cargo's profile decides.
_OF_PROFILES = frozenset({"debug_assertions", "overflow_checks"})


def is_of_target(option: Option) -> bool:
    """Whether the target platform decides the option."""
    return option.name in _BUILT_IN or option.name.startswith("target_")


def installed_targets(toolchain: Toolchain) -> tuple[str, ...]:
    """Return the target triples whose standard library is installed."""
    libraries = (toolchain.sysroot / "lib" / "rustlib").glob("*/lib")
    return tuple(sorted(path.parent.name for path in libraries if any(path.glob("libstd-*"))))


def require_targets(toolchain: Toolchain, triples: Iterable[str]) -> None:
    """Make sure that all `triples` can be built for.

    Raises:
        UsageError: the standard library of one is not installed.
    """
    there = installed_targets(toolchain)
    for triple in triples:
        if triple not in there:
            how = f"Add it with `rustup target add {triple} --toolchain {toolchain.name}`."
            raise UsageError(
                f"the standard library for `{triple}` is not installed",
                where=f"--target {triple}",
                hint=f"{how if toolchain.name != 'system' else 'Install it.'} Here are: {', '.join(there)}.",
            )


@dataclass
class Targets:
    """What holds on each target. `remember` keeps answers of rustc, by rustc's version and the target."""

    toolchain: Toolchain
    remember: Remember = lambda _, ask: ask()
    _options: dict[str, frozenset[Option]] = field(default_factory=dict, repr=False)

    @cached_property
    def installed(self) -> tuple[str, ...]:
        """The targets that can be built for."""
        return installed_targets(self.toolchain)

    def options(self, triple: str) -> frozenset[Option]:
        """Return the options that rustc sets for `triple`; none where rustc does not know it."""
        if triple not in self._options:
            key = f"{self.toolchain.rustc_verbose}:{triple}"
            self._options[triple] = _read_options(self.remember(key, lambda: self._ask(triple)))
        return self._options[triple]

    def holds(self, predicate: Predicate, triple: str) -> bool | None:
        """Return whether `predicate` holds on `triple`; None where it depends on more than the target."""
        options = self.options(triple)
        return evaluate(predicate, lambda option: option in options if is_of_target(option) else None)

    def example_of(self, predicate: Predicate) -> str | None:
        """Return a target on which `predicate` holds, an installed one if there is one."""
        for triple in dict.fromkeys((*self.installed, *WELL_KNOWN)):
            if self.holds(predicate, triple):
                return triple
        return None

    def _ask(self, triple: str) -> str:
        command = [str(self.toolchain.rustc), "--print=cfg", "--target", triple]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MachineError(
                f"`{' '.join(command)}` failed: {error}",
                hint="Is the toolchain complete? See `codemod doctor`.",
            ) from error
        return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def _read_options(text: str) -> frozenset[Option]:
    found = (parse(line.encode()) for line in text.splitlines())
    return frozenset(each for each in found if isinstance(each, Option) and each.name not in _OF_PROFILES)

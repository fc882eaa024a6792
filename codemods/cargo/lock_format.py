"""What a Cargo.lock says, and the same said in an older format of it. Pure.

Cargo writes its newest format whenever it changes a file for another reason. What people see then is a
diff of every line; here a file stays in its format where that can say the same.

    1   until Rust 1.40: checksums in `[metadata]`, dependencies with version and source
    2   from 1.41: checksums beside each package
    3   from 1.53, 4 from 1.78: a line with the version; other addresses of git branches
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codemods.errors import UsageError

_VERSION_LINE = re.compile(r"^version = \d+\n\n?", re.MULTILINE)
_KNOWN_KEYS = frozenset({"name", "version", "source", "checksum", "dependencies"})


@dataclass(frozen=True, slots=True)
class Moved:
    """A package whose version in the lock file changed; `old` is None where it came, `new` where it went."""

    package: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.package} {self.new} is new"
        return f"{self.package} {self.old} " + ("is gone" if self.new is None else f"→ {self.new}")


def moved_between(old: bytes | None, new: bytes) -> tuple[Moved, ...]:
    """Return how the packages of two lock files differ, by name; one version for another counts as one.

    Raises:
        UsageError: one of them is no lock file.
    """
    before, after = locked_versions(old) if old is not None else {}, locked_versions(new)
    found: list[Moved] = []
    for name in sorted(before.keys() | after.keys()):
        gone = [version for version in before.get(name, ()) if version not in after.get(name, ())]
        came = [version for version in after.get(name, ()) if version not in before.get(name, ())]
        pairs = min(len(gone), len(came))
        found += [Moved(name, first, second) for first, second in zip(gone, came, strict=False)]
        found += [Moved(name, version, None) for version in gone[pairs:]]
        found += [Moved(name, None, version) for version in came[pairs:]]
    return tuple(found)


def locked_versions(lock: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the versions of each package from outside of the workspace.

    Raises:
        UsageError: this is no lock file.
    """
    found: dict[str, tuple[str, ...]] = {}
    for package in read_lock(lock)["package"]:
        if "source" in package:
            found[package["name"]] = (*found.get(package["name"], ()), package["version"])
    return found


def unused_patches(lock: bytes) -> frozenset[str]:
    """Return the packages of patches that nothing uses."""
    unused = read_lock(lock).get("patch", {}).get("unused", [])
    return frozenset(each["name"] for each in unused)


def read_lock(lock: bytes) -> dict[str, Any]:
    """Return a lock file as a table; it has the list `package`.

    Raises:
        UsageError: this is no lock file.
    """
    try:
        table = tomllib.loads(lock.decode())
        packages = table.setdefault("package", [])
        if all({"name", "version"} <= package.keys() for package in packages):
            return table
        problem = "a package without name or version"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, TypeError) as error:
        problem = str(error)
    raise UsageError(
        f"the lock file is broken: {problem}",
        where="Cargo.lock",
        hint="Correct it, or delete it and run `cargo generate-lockfile`. Nothing was changed.",
    )


def format_of(lock: bytes) -> int:
    """Return the version of a lock file's format.

    Raises:
        UsageError: this is no lock file.
    """
    table = read_lock(lock)
    if isinstance(table.get("version"), int):
        return int(table["version"])
    checksums = any("checksum" in package for package in table["package"])
    described = any("(" in each for package in table["package"] for each in package.get("dependencies", ()))
    return 1 if not checksums and ("metadata" in table or described) else 2


def in_format_of(old: bytes, new: bytes) -> bytes:
    """Return `new` in the format and with the line breaks of `old`; as it is where that cannot say the same.

    Raises:
        UsageError: one of them is no lock file.
    """
    wanted, has = format_of(old), format_of(new)
    text = new.decode()
    if wanted < has and _says_the_same(read_lock(new), read_lock(old), wanted):
        text = _written(text, read_lock(new), wanted)
    if b"\r\n" in old and "\r\n" not in text:
        text = text.replace("\n", "\r\n")
    return text.encode()


def with_packages(lock: bytes, other: bytes, names: Collection[str]) -> bytes:
    """Return `lock` with the packages of these names in `other` added, without what they depend on.

    Cargo lets go of everything that is locked when a dependency is not in the file at all; so it holds on.

    Raises:
        UsageError: one of them is no lock file.
    """
    added = [package for package in read_lock(other)["package"] if package["name"] in names]
    text = lock.decode().replace("\r\n", "\n").rstrip("\n") + "\n"
    head, mark, metadata = text.partition("\n[metadata]\n")
    is_first = format_of(lock) == 1
    for package in added:
        keys = [key for key in ("name", "version", "source", "checksum") if key in package]
        lines = [f'{key} = "{package[key]}"\n' for key in keys if not (is_first and key == "checksum")]
        head += "\n[[package]]\n" + "".join(lines)
        if is_first and "checksum" in package:
            metadata += f'"checksum {_described(package)}" = "{package["checksum"]}"\n'
    return (head + (mark or ("\n[metadata]\n" if metadata else "")) + metadata).encode()


def _says_the_same(new: Mapping[str, Any], old: Mapping[str, Any], wanted: int) -> bool:
    """Whether nothing in `new` is written otherwise in the older format, but for what is written anew."""
    known = {package.get("source") for package in old["package"]}
    sources = {package.get("source") for package in new["package"]}
    if any(source.startswith("git+") and source not in known for source in sources if source):
        return False
    plain = not new.keys() - {"version", "package"}
    return wanted > 1 or (plain and all(package.keys() <= _KNOWN_KEYS for package in new["package"]))


def _written(text: str, table: Mapping[str, Any], wanted: int) -> str:
    if wanted > 2:
        return _VERSION_LINE.sub(f"version = {wanted}\n\n", text, count=1)
    plain = _VERSION_LINE.sub("", text, count=1)
    if wanted == 2:
        return plain
    head = plain[: plain.index("[[package]]")] if "[[package]]" in plain else plain
    return head + "".join(_oldest(table["package"]))


def _oldest(packages: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the file in the first format."""
    for package in packages:
        yield "".join(["[[package]]\n", *_lines(package, packages), "\n"])
    checksums = {
        f"checksum {_described(package)}": package["checksum"]
        for package in packages
        if "checksum" in package
    }
    if checksums:
        yield "[metadata]\n"
    for name, checksum in sorted(checksums.items()):
        yield f'"{name}" = "{checksum}"\n'


def _lines(package: Mapping[str, Any], packages: list[dict[str, Any]]) -> Iterator[str]:
    for key in ("name", "version", "source"):
        if key in package:
            yield f'{key} = "{package[key]}"\n'
    if "dependencies" in package:
        yield "dependencies = [\n"
        for said in package["dependencies"]:
            yield f' "{_described(_meant(said, packages))}",\n'
        yield "]\n"


def _meant(said: str, packages: list[dict[str, Any]]) -> Mapping[str, Any]:
    """Return the package that a dependency is: newer formats name no more of it than tells it apart."""
    name, version, source = [*said.split(" ", 2), "", ""][:3]
    return next(
        package
        for package in packages
        if package["name"] == name
        and version in ("", package["version"])
        and source in ("", f"({package.get('source')})")
    )


def _described(package: Mapping[str, Any]) -> str:
    source = f" ({package['source']})" if "source" in package else ""
    return f"{package['name']} {package['version']}{source}"

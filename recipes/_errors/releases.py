"""Which releases of `anyhow` and `thiserror` a package can use.

A requirement is a lower bound: cargo takes the newest release that it allows, and whoever supports an older
Rust locks an older one. So a requirement suits a package when the releases that it allows reach down to the
package's Rust. The numbers are the `rust-version`s of the published manifests.
"""

from __future__ import annotations

from dataclasses import dataclass

from codemods.recipe import Needs, Package


@dataclass(frozen=True, slots=True)
class Release:
    """A line of releases: `oldest_rust` builds some of them, `newest_rust` all of them."""

    crate: str
    requirement: str
    oldest_rust: str
    newest_rust: str

    def reaches(self, rust: str | None) -> bool:
        """Whether some release of the line builds with `rust`; None is a Rust that nobody limits."""
        return rust is None or _version(rust) >= _version(self.oldest_rust)

    def is_whole(self, rust: str | None) -> bool:
        """Whether all releases of the line build with `rust`."""
        return rust is None or _version(rust) >= _version(self.newest_rust)


ANYHOW = Release("anyhow", "1", oldest_rust="1.34", newest_rust="1.68")
THISERROR_1 = Release("thiserror", "1", oldest_rust="1.31", newest_rust="1.61")
THISERROR_2 = Release("thiserror", "2", oldest_rust="1.61", newest_rust="1.77")
THISERROR_2_WITHOUT_STD = Release("thiserror", "2", oldest_rust="1.81", newest_rust="1.81")


def anyhow_for(rust: str | None) -> Release | None:
    """Return the line of `anyhow` for packages that support `rust`; None where there is none."""
    return ANYHOW if ANYHOW.reaches(rust) else None


def thiserror_for(rust: str | None, *, std: bool = True) -> Release | None:
    """Return the line of `thiserror` for packages that support `rust`; None where there is none.

    It is the newest line all of which builds there, else the oldest: some of its releases may.
    Without `std` only the second line will do.
    """
    if not std:
        return THISERROR_2_WITHOUT_STD if THISERROR_2_WITHOUT_STD.reaches(rust) else None
    if THISERROR_2.is_whole(rust):
        return THISERROR_2
    return THISERROR_1 if THISERROR_1.reaches(rust) else None


def needs(package: Package, release: Release, instead_of: str) -> Needs:
    """Return the dependency of `package` on `release`, in the tables where `instead_of` stands."""
    return Needs(package.manifest, release.crate, release.requirement, instead_of=instead_of)


def _version(text: str) -> tuple[int, ...]:
    """Return "1.61" and "1.61.0" as the same numbers; what follows a `-` does not count."""
    numbers = [int(part) for part in text.partition("-")[0].split(".") if part.isdigit()]
    return (*numbers, 0, 0, 0)[:3]

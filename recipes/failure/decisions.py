"""What errors become in each package, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codemods.recipe import Packages, Role, Settings

from .boundaries import Boundary
from .chains import Policy
from .contexts import Hidden
from .members import Member


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided for one package: `moves_opaque` says whether `failure::Error` becomes `anyhow::Error`.

    `asks_public`: that is a question where callers of the library see it.
    """

    library: str = "anyhow"
    boundary: Boundary = field(default_factory=Boundary)
    new_ensure_text: bool = False
    reexports: str = "ask"
    calls: Policy = field(default_factory=Policy)
    is_public_library: bool = False

    @property
    def moves_opaque(self) -> bool:
        """Whether `failure::Error` becomes `anyhow::Error`."""
        return self.library != "keep"

    @property
    def asks_public(self) -> bool:
        """Whether an opaque error in a public signature is a question."""
        return self.library == "thiserror" and self.is_public_library


def decide(member: Member, settings: Settings, packages: Packages, hidden: Hidden) -> Decision:
    """Return what is decided for the package; `hidden` is what contexts may hide from downcasts."""
    package = member.package
    speakers = {
        name.replace("-", "_"): packages.resolved.get(name, ())
        for name in packages.speakers.get("failure", ())
    }
    is_public = package is not None and package.role is Role.PUBLIC_LIBRARY
    return Decision(
        library=str(settings["library"]),
        boundary=Boundary(speakers, settings["boundary"] == "shim", hidden.is_looked_for),
        new_ensure_text=settings["ensure_text"] == "new",
        reexports=str(settings["reexports"]),
        calls=Policy(str(settings["backtrace"]), str(settings["downcast"]), hidden),
        is_public_library=is_public,
    )


def sentence(member: Member, decision: Decision, *, anyhow: bool | None, types: bool) -> str:
    """Return the decision and its reason, for the reader of the result.

    `anyhow`: the code needs it (None: only tests do). `types`: error types derive `thiserror::Error`.
    """
    package = member.package
    role = package.role.value if package is not None else "role unknown"
    if package is not None and package.role is not Role.PROGRAM:
        role += ", published" if package.publish else ", not published"
    parts = (
        ["its own error types derive `thiserror::Error`, because callers can match on them"] if types else []
    )
    if anyhow is None:
        parts.append("`failure::Error` becomes `anyhow::Error` in tests alone")
    elif anyhow and decision.is_public_library:
        parts.append(
            "`failure::Error` becomes `anyhow::Error`, because it was opaque to callers before; that is a"
            " change of the API"
        )
    elif anyhow:
        parts.append("`failure::Error` becomes `anyhow::Error`, because nobody outside matches on it")
    elif not types:
        parts.append("it needs neither anyhow nor thiserror")
    return f"Package {member.name} ({role}): {'; '.join(parts)}."


def kept_sentence(member: Member, crates: Sequence[str]) -> str:
    """Return that failure stays for the errors of `crates`, for the reader of the result."""
    named = ", ".join(f"`{crate}`" for crate in crates)
    return (
        f"Package {member.name} keeps `failure`, as a private dependency: one written function takes the"
        f" errors apart that come from {named}. The texts of their chains stay, their types are lost. When"
        " newer releases of these return std errors, that function and the dependency can go."
    )

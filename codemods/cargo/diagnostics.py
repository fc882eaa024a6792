"""What rustc says, as values. Read from `--error-format=json`, never from human text."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.rust.spans import Span


@dataclass(frozen=True, slots=True)
class Place:
    """One span of a diagnostic.

    `path` is relative to the repository (absolute for files outside of it, `<anon>` and the
    like as rustc names them). `span` counts bytes in the file as it was compiled. `line` and
    `column` are 1-based, columns in characters. `callers` are the places of the macro
    invocations that this span was expanded from, innermost first.
    """

    path: str
    span: Span
    line: int
    column: int
    is_primary: bool
    label: str | None = None
    callers: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message of rustc with its notes (`children`). `rendered` is for people."""

    level: str  # "error", "warning", "failure-note", …
    code: str | None  # "E0308", or a lint: "deprecated"
    message: str
    places: tuple[Place, ...]
    children: tuple[Diagnostic, ...] = ()
    rendered: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it stops the build."""
        return self.level.startswith("error")

    @property
    def is_lint(self) -> bool:
        """Whether a lint raised it (rustc's own error codes look like `E0308`)."""
        return self.code is not None and not (self.code[:1] == "E" and self.code[1:].isdigit())

"""Read the dep-info files that rustc writes: which sources one compilation read."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\(.)")


def read_depinfo(content: bytes) -> tuple[str, ...]:
    """Return the source paths in a dep-info file, as written there, each once.

    It is a Makefile: `output: source source`, then one `source:` line each; spaces in names are
    escaped. Lines after `# env-dep:` name variables, not files.
    """
    sources: dict[str, None] = {}
    for line in content.decode(errors="surrogateescape").splitlines():
        output, colon, names = line.partition(": ")
        if not colon or line.startswith("#") or output.endswith("\\"):
            continue
        for name in _split(names):
            sources[name] = None
    return tuple(sources)


def _split(names: str) -> list[str]:
    parts = re.split(r"(?<!\\)[ \t]+", names.strip())
    return [_ESCAPED.sub(r"\1", part) for part in parts if part]

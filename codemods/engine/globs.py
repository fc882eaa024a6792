"""`--only` and `--exclude`: globs as in a `.gitignore`, relative to the workspace root."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def file_filter(only: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that says whether a path (with `/`) is let through."""
    if not only and not exclude:
        return lambda _: True
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - most runs have no globs

    wanted = GitIgnoreSpec.from_lines(only)
    unwanted = GitIgnoreSpec.from_lines(exclude)
    return lambda path: (not only or wanted.match_file(path)) and not unwanted.match_file(path)

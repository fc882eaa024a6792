"""One file that uses `failure`, and what the rewriters of its types make of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from codemods.recipes.failure.own_types import OwnType, TypeRefused, TypeRewrite

from codemods.recipe import Names, Source
from codemods.rust.edits import apply_edits

CRATES = {"failure": "failure", "failure_derive": "failure_derive"}
ITEMS = ("AsFail", "Backtrace", "Compat", "Context", "Error", "Fail", "Fallible", "ResultExt", "SyncFailure")
EXPORTS = {"failure": (*ITEMS, "bail", "ensure", "err_msg", "format_err"), "failure_derive": ("Fail",)}


def names_of(text: str, edition: str = "2018", path: str = "src/lib.rs") -> Names:
    """Return the names of a file of a crate that takes failure's macros by `#[macro_use]`."""
    source = Source(PurePosixPath(path), text.encode(), edition)
    return Names(source, CRATES, ["failure"], EXPORTS)


def rewritten(names: Names, types: Iterable[OwnType]) -> str:
    """Return the file with the edits of `types`; all of them must be rewrites."""
    found = list(types)
    refused = [f"{each.name}: {each.reason}" for each in found if not isinstance(each, TypeRewrite)]
    assert found and not refused, refused
    edits = [edit for each in found if isinstance(each, TypeRewrite) for edit in each.edits]
    return apply_edits(names.source.content, edits).decode()


def refusal(types: Iterable[OwnType]) -> TypeRefused:
    """Return the one answer, which is a refusal."""
    (found,) = types
    assert isinstance(found, TypeRefused), found
    return found

"""The function that takes errors of failure apart: which files hold it, how others call it, what it says.

One stands at the end of each crate root that needs it, or, where no source of the root is at hand, of each
file that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.recipe import Edit, Site

from .boundary_search import FUNCTIONS
from .members import File, Member
from .rewrites import insertion

_WRITTEN = re.compile(rb"\bfn \w+\(error: impl Into<(?:::)?failure::Error>\) -> (?:::)?anyhow::Error \{")
_TEXT = """
{conditions}/// Takes an error of `failure`, which a dependency returned, apart: the texts of its chain stay.
fn {name}(error: impl Into<{root}failure::Error>) -> {root}anyhow::Error {{
    let error = error.into();
    let mut texts: Vec<_> = error.iter_chain().map(|each| each.to_string()).collect();
    let innermost = {root}anyhow::Error::msg(texts.pop().unwrap_or_default());
    texts.into_iter().rev().fold(innermost, |cause, text| cause.context(text))
}}
"""
_EXTERN_CRATE = "extern crate failure;\n"


@dataclass(frozen=True)
class Home:
    """How one file calls the function, and the files that hold it for that."""

    path: str
    files: tuple[File, ...]
    name: str


def homes_of(member: Member) -> Mapping[File, Home]:
    """Return for each file of the package where its function stands."""
    name = _free_name(member)
    return {file: _home(file, member, name) for file in member.files}


def is_written(site: Site) -> bool:
    """Whether the site stands in such a function, which an earlier run wrote."""
    return any(start <= site.span.start < end for start, end in _written(site.source.content))


def written_edits(
    file: File, name: str, uses: Iterable[tuple[File, Site]], others: Iterable[Edit]
) -> list[Edit]:
    """Return the edits that put the function at the end of `file`, for these places.

    In the old edition the crate must still be declared: `others` are the other edits of the file's imports.
    """
    source = file.source
    is_old = source.edition == "2015"
    conditions = [other.source.in_attribute_cfg(site.span) for other, site in uses]
    shared = [text for text in dict.fromkeys(conditions[0]) if all(text in each for each in conditions)]
    attributes = "".join(f"{text.replace('#!', '#', 1)}\n" for text in shared)
    text = _TEXT.format(conditions=attributes, name=name, root="::" if is_old else "")
    start = "" if source.content.endswith(b"\n") else "\n"
    declared = _declared(file, others) if is_old else []
    if is_old and not declared:
        text += f"\n{_EXTERN_CRATE}"
    return [*declared, insertion(len(source.content), start + text)]


def _declared(file: File, others: Iterable[Edit]) -> list[Edit]:
    """Return the edit that declares failure below what takes the place of its declaration, if that stays."""
    ends = [
        each.declaration.end for each in file.imports if each.is_extern_crate and each.path == ("failure",)
    ]
    spans = [edit.span for edit in others]
    free = [end for end in ends if not any(span.start <= end <= span.end for span in spans)]
    return [insertion(end, f"\n{_EXTERN_CRATE.rstrip()}") for end in free[:1]]


def _free_name(member: Member) -> str:
    words = [name for name in FUNCTIONS if not any(_mentions(file, name) for file in member.files)]
    return words[0] if words else FUNCTIONS[-1] + "_"


def _mentions(file: File, name: str) -> bool:
    return re.search(rb"\b" + name.encode() + rb"\b", file.source.content) is not None


def _home(file: File, member: Member, name: str) -> Home:
    roots = _roots(file, member)
    if roots:
        return Home(f"crate::{name}", roots, name)
    return Home(name, (file,), name)


def _roots(file: File, member: Member) -> tuple[File, ...]:
    """Return the files of the crates' roots that the file belongs to, as far as there are sites in them."""
    targets = (
        {target.path for target in member.package.targets} if member.package is not None else {file.path}
    )
    if file.path in targets:
        return (file,)
    files = {each.path: each for each in member.files}
    for folder in file.path.parents:
        here = [path for path in targets if path.parent == folder]
        if here:
            return tuple(
                files[path] for path in sorted(here) if path in files and _declares(files[path], file.path)
            )
    return ()


def _declares(root: File, path: PurePosixPath) -> bool:
    """Whether the root declares the module of the file, or the one that it is in."""
    module = path.relative_to(root.path.parent).with_suffix("").parts[0]
    return re.search(rb"\bmod\s+" + module.encode() + rb"\s*[;{]", root.source.content) is not None


def _written(content: bytes) -> Iterator[tuple[int, int]]:
    for found in _WRITTEN.finditer(content):
        end = content.find(b"\n}", found.end())
        yield found.start(), len(content) if end < 0 else end + 2

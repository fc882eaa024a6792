"""Cut verified changes into commits: whole changes only, formatting apart, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.engine.overlay import Chosen, EditedFile, Overlay
from codemods.engine.request import CommitPer

GroupName = Callable[[PurePosixPath], str]  # the package (or whatever commits are cut by) of a file


@dataclass(frozen=True, slots=True)
class CommitDraft:
    """One commit to be: what it is called, the files it sets, and the changes it holds."""

    subject: str
    files: Overlay
    changes: tuple[str, ...]
    is_formatting: bool = False


def grouped(chosen: Sequence[Chosen], name_of: GroupName, per: CommitPer) -> list[tuple[str, list[Chosen]]]:
    """Return `chosen` in groups that share no file and cut no `requires`, each with a name.

    Groups come in the order of their first change; a group that spans several packages
    is named after all of them.
    """
    leader = _merge(chosen, name_of, per)
    groups: dict[str, list[Chosen]] = {}
    for choice in chosen:
        groups.setdefault(leader[choice.change.id], []).append(choice)
    return [(_group_name(group, name_of, per), group) for group in groups.values()]


def drafts(
    groups: Iterable[tuple[str, list[Chosen]]],
    files: Mapping[PurePosixPath, EditedFile],
    whole: Overlay,
    subject: str,
) -> list[CommitDraft]:
    """Return the commits for `groups`: each the edits, then, apart, what rustfmt makes of them."""
    result = []
    for name, group in groups:
        paths = sorted({file.path for choice in group for file in choice.form.files})
        if not paths:  # nothing but a dependency was to go, and that stays
            continue
        plain: dict[PurePosixPath, bytes | None] = {}
        formatted: dict[PurePosixPath, bytes | None] = {}
        for path in paths:
            file = files.get(path)
            if file is None:
                plain[path] = whole[path]
            elif file.formatted is None:
                plain[path] = file.new
            else:
                plain[path] = file.new
                formatted[path] = file.compiled
        title = f"{subject} in {name}" if name else subject
        result.append(CommitDraft(title, plain, tuple(choice.change.id for choice in group)))
        if formatted:
            where = f" in {name}" if name else ""
            result.append(CommitDraft(f"Format the changed lines{where}", formatted, (), is_formatting=True))
    return result


def _merge(chosen: Sequence[Chosen], name_of: GroupName, per: CommitPer) -> dict[str, str]:
    """Return for each change the first change of its group (union of files, groups, requires)."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for choice in chosen:
        own = root(choice.change.id)
        keys = [f"file:{file.path}" for file in choice.form.files]
        keys += [f"group:{_key(file.path, name_of, per)}" for file in choice.form.files]
        for key in (*keys, *choice.change.requires):
            parent[root(key)] = own
    return {choice.change.id: root(choice.change.id) for choice in chosen}


def _key(path: PurePosixPath, name_of: GroupName, per: CommitPer) -> str:
    match per:
        case CommitPer.RUN:
            return ""
        case CommitPer.PACKAGE:
            return name_of(path)
        case CommitPer.FILE:
            return str(path)


def _group_name(group: Sequence[Chosen], name_of: GroupName, per: CommitPer) -> str:
    names = sorted({_key(file.path, name_of, per) for choice in group for file in choice.form.files} - {""})
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} {per}s"


def message(draft: CommitDraft, body: str, trailers: Sequence[tuple[str, str]]) -> str:
    """Return the commit message: subject, body, trailers."""
    parts = [draft.subject, body, "\n".join(f"{key}: {value}" for key, value in trailers)]
    return "\n\n".join(part for part in parts if part) + "\n"

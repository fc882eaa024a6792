"""Change the dependencies of a manifest and keep everything else byte for byte. Pure.

    edit_manifest   one manifest: add what is needed, take out what is retired
    edit_manifests  those of a workspace, with what members inherit from its root
    rename_dependency, bump_dependency   for a crate that goes on under another name or version

Nothing here asks whether a retired dependency is still used, nor resolves versions: see `relock`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.cargo.manifest_draft import (
    Draft,
    ManifestConflict,
    NewDependency,
    entry_at,
    named_table,
    with_requirement,
)
from codemods.cargo.manifest_entry import add_features, drop_field, take_out
from codemods.rust.manifest_places import Entry, entries

__all__ = [
    "DependencyChanges",
    "ManifestConflict",
    "ManifestEdit",
    "ManifestEdits",
    "NewDependency",
    "bump_dependency",
    "edit_manifest",
    "edit_manifests",
    "rename_dependency",
]


@dataclass(frozen=True, slots=True)
class ManifestEdit:
    """The new manifest, that of the workspace's root where it had to change, and sentences for the reader."""

    content: bytes
    workspace_content: bytes | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DependencyChanges:
    """What one manifest needs and what it may lose, by package names."""

    needs: tuple[NewDependency, ...] = ()
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestEdits:
    """The manifests that changed, and sentences for the reader, each with the manifest that it is about."""

    contents: Mapping[PurePosixPath, bytes] = field(hash=False)
    notes: tuple[str, ...] = ()


def edit_manifests(
    manifests: Mapping[PurePosixPath, bytes],
    changes: Mapping[PurePosixPath, DependencyChanges],
    root: PurePosixPath,
) -> ManifestEdits:
    """Return the `manifests` of a workspace (all members, and the one at `root`) with `changes` made.

    An entry of `[workspace.dependencies]` for a retired package goes when no member inherits it any more.

    Raises:
        ManifestConflict: see `edit_manifest`.
        TomlError: a manifest is no TOML.
    """
    contents = dict(manifests)
    notes: list[str] = []
    for path, change in sorted(changes.items()):
        shared = contents.get(root) if path != root else None
        done = edit_manifest(contents[path], change.needs, change.retired, workspace=shared, where=str(path))
        contents[path] = done.content
        if done.workspace_content is not None:
            contents[root] = done.workspace_content
        notes += [f"{path}: {note}" for note in done.notes]
    if root in contents:
        retired = {package for change in changes.values() for package in change.retired}
        contents[root] = _without_unused(contents[root], contents.values(), retired)
        notes += [f"{root}: {note}" for note in _patched(contents[root], retired)]
    changed = {path: content for path, content in contents.items() if content != manifests[path]}
    return ManifestEdits(changed, tuple(notes))


def edit_manifest(
    content: bytes,
    needs: Sequence[NewDependency] = (),
    retired: Collection[str] = (),
    *,
    workspace: bytes | None = None,
    where: str = "Cargo.toml",
) -> ManifestEdit:
    """Return the manifest with what it `needs` and without what is `retired`.

    `workspace` is the manifest of the workspace's root, where that is another file: an entry that inherits
    gets one beside it that does, and the root the entry to inherit from.

    Raises:
        ManifestConflict: the name of a new dependency stands for another package here, or an entry inherits
            what the workspace does not have.
        TomlError: a manifest is no TOML.
    """
    draft = Draft(content, workspace, where, frozenset(retired))
    for need in sorted(needs, key=lambda need: need.package):
        draft.add(need)
    for package in dict.fromkeys(each.instead_of for each in needs if each.instead_of):
        draft.carry(package, [need for need in needs if need.instead_of == package])
    for package in retired:
        if package not in {need.instead_of for need in needs}:
            draft.carry(package, ())
        draft.remove(package)
    changed_root = draft.workspace if draft.workspace != workspace else None
    return ManifestEdit(draft.content, changed_root, tuple(draft.notes))


def rename_dependency(
    content: bytes, package: str, new_package: str, requirement: str, *, workspace: bytes | None = None
) -> ManifestEdit:
    """Return the manifest with each entry of `package` replaced by one of `new_package`, tables as they were.

    Features that named the old one name the new one; a feature that others may turn on keeps its name.
    """
    need = NewDependency(new_package, requirement, instead_of=package)
    return edit_manifest(content, [need], [package], workspace=workspace)


def bump_dependency(
    content: bytes,
    package: str,
    requirement: str,
    *,
    same_features: Mapping[str, Sequence[str]] | None = None,
) -> ManifestEdit:
    """Return the manifest with `requirement` for each entry of `package` that it does not suit yet.

    `same_features` says by what features those of the old version are replaced.
    """
    notes: list[str] = []
    for entry in [each for each in entries(content) if each.package == package and each.kind != "patch"]:
        now = entry_at(content, entry)
        content = with_requirement(content, now, requirement, notes)
        content = _with_new_features(content, entry_at(content, entry), same_features or {})
    return ManifestEdit(content, None, tuple(notes))


def _with_new_features(content: bytes, entry: Entry, same: Mapping[str, Sequence[str]]) -> bytes:
    if same.keys().isdisjoint(entry.features):
        return content
    new = list(dict.fromkeys(each for name in entry.features for each in same.get(name, (name,))))
    emptied = drop_field(content, entry, "features")
    return add_features(emptied, entry_at(emptied, entry), new)


def _without_unused(root: bytes, members: Iterable[bytes], retired: Collection[str]) -> bytes:
    """Return the root without entries for `retired` packages that no member inherits."""
    inherited = {each.name for member in members for each in entries(member) if each.inherited}
    for entry in entries(root):
        if entry.kind == "workspace" and entry.package in retired and entry.name not in inherited:
            root = take_out(root, entry_at(root, entry))
    return root


def _patched(root: bytes, retired: Collection[str]) -> list[str]:
    found = [entry for entry in entries(root) if entry.kind == "patch" and entry.package in retired]
    return [
        f"{named_table(entry)} still names `{entry.name}`: take it out where nothing else needs it"
        for entry in found
    ]

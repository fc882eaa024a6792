"""One manifest while its dependencies change: what is needed is added, what is retired taken out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from codemods.cargo.manifest_entry import (
    NewEntry,
    add_features,
    comment_of,
    drop_field,
    listed,
    put_beside,
    put_into_table,
    set_requirement,
    take_out,
)
from codemods.cargo.manifest_features import Gone, carry_features, implied_feature, knows_namespaced
from codemods.cargo.requirements import suits
from codemods.errors import CodemodError
from codemods.rust.manifest_places import DEPENDENCY_KINDS, KINDS, Entry, entries
from codemods.rust.toml_edits import quoted

_TABLES = {"normal": "dependencies", "dev": "dev-dependencies", "build": "build-dependencies"}
_SHARED = ("workspace", "dependencies")


class ManifestConflict(CodemodError):
    """A manifest cannot get the dependency: its name is taken, or what it inherits is not there."""


@dataclass(frozen=True, slots=True)
class NewDependency:
    """A dependency that a package needs, in each table where `instead_of` stands, else among the normal ones.

    `kinds` limits the tables to "normal", "dev", "build" (empty: all). `same_features` says which of its
    features does what a feature of `instead_of` did, for features of the package that pass them on.
    """

    package: str
    requirement: str
    features: tuple[str, ...] = ()
    default_features: bool = True
    kinds: tuple[str, ...] = ()
    instead_of: str = ""
    same_features: Mapping[str, str] = field(default_factory=dict, hash=False)


class Draft:
    """One manifest while it is edited. Each step reads it anew, so that all places are those of now."""

    def __init__(self, content: bytes, workspace: bytes | None, where: str, retired: frozenset[str]) -> None:
        self.content = content
        self.workspace = workspace
        self.where = where
        self.retired = retired
        self.notes: list[str] = []
        self._last_beside: dict[tuple[tuple[str, ...], str], Entry] = {}  # what was put beside an entry last
        self._moved: set[tuple[tuple[str, ...], str]] = set()  # entries whose comment stands elsewhere now

    def add(self, need: NewDependency) -> None:
        """Add `need` in each table where what it replaces stands, else among those of its kinds."""
        kinds = need.kinds or DEPENDENCY_KINDS
        replaced = [each for each in self._entries_of(need.instead_of) if each.kind in kinds]
        before = self._entries_of(need.package)
        tables = dict.fromkeys(each.table for each in replaced)
        for table in tables:
            model = next(each for each in replaced if each.table == table)
            optional = all(each.optional for each in replaced if each.table == table)
            self._add_to(table, need, entry_at(self.content, model), before, optional)
        if not tables:
            for kind in need.kinds or ("normal",):
                self._add_to((_TABLES[kind],), need, None, before, optional=False)

    def carry(self, package: str, needs: Sequence[NewDependency]) -> None:
        """Let features that speak of `package` speak of what does its work now."""
        old = self._entries_of(package)
        stays = package not in self.retired
        new = {each.name for need in needs for each in self._entries_of(need.package) if each.optional}
        same = {name: to for need in needs for name, to in need.same_features.items()}
        for name in sorted({each.name for each in old}):
            was_optional = any(each.optional for each in old if each.name == name)
            if stays and not (was_optional and new):
                continue
            if stays and not knows_namespaced(self.content) and implied_feature(self.content, name):
                self._make_permanent(new, name)
                continue
            done = carry_features(
                self.content, Gone(name, was_optional, tuple(sorted(new)), stays, features=same)
            )
            self.content = done.content
            self.notes += done.notes

    def remove(self, package: str) -> None:
        """Take out every entry of `package`; its comment goes to what replaced it, or is reported."""
        for entry in self._entries_of(package):
            if entry.source != "registry":
                self.notes.append(
                    f"`{entry.name}` of {named_table(entry)} came from {entry.source}, not from a registry"
                )
            comment = comment_of(self.content, entry_at(self.content, entry)).strip()
            if comment and (entry.table, entry.name) not in self._moved:
                self.notes.append(f"the comment of `{entry.name}` went with it: {comment}")
            self.content = take_out(self.content, entry_at(self.content, entry))

    def _add_to(
        self,
        table: tuple[str, ...],
        need: NewDependency,
        model: Entry | None,
        before: Sequence[Entry],
        optional: bool,
    ) -> None:
        self._refuse_taken_name(need)
        there = next((each for each in self._entries_of(need.package) if each.table == table), None)
        if there is not None:
            self._unite(there, need, optional)
        elif not any(self._covers(each, table, need) for each in before):
            self._write(table, need, model, optional)

    def _write(
        self, table: tuple[str, ...], need: NewDependency, model: Entry | None, optional: bool
    ) -> None:
        inherits = model is not None and model.inherited and self._share(need, model)
        fields = [("workspace", "true")] if inherits else [("version", self._quoted(need.requirement, model))]
        if not need.default_features and not inherits:
            fields.append(("default-features", "false"))
        if need.features:
            fields.append(("features", listed(need.features)))
        if optional:
            fields.append(("optional", "true"))
        if model is None:
            self.content = put_into_table(self.content, table, NewEntry(need.package, tuple(fields)))
            return
        comment = self._comment_to_move(entry_at(self.content, model))
        beside = entry_at(self.content, self._last_beside.get((table, model.name), model))
        self.content = put_beside(self.content, beside, NewEntry(need.package, tuple(fields), comment))
        self._last_beside[table, model.name] = replace(model, name=need.package)

    def _comment_to_move(self, model: Entry) -> str:
        """Return the comment of an entry that is to go, once."""
        place = (model.table, model.name)
        if model.package not in self.retired or place in self._moved:
            return ""
        self._moved.add(place)
        return comment_of(self.content, model)

    def _unite(self, there: Entry, need: NewDependency, optional: bool) -> None:
        """Make the entry that is there do: features united, the requirement raised where it must be."""
        if there.inherited:
            self._raise_shared(there, need)
        else:
            self.content = with_requirement(self.content, there, need.requirement, self.notes)
        self.content = add_features(self.content, entry_at(self.content, there), need.features)
        now = entry_at(self.content, there)
        if now.optional and not optional:
            self._make_permanent({now.name}, now.name)
        if need.default_features and not there.default_features:
            self.notes.append(f"`{there.name}` of {named_table(there)} stays without its default features")

    def _make_permanent(self, names: Collection[str], feature: str) -> None:
        """Let dependencies be there always, which were there for a feature; that one stays, by name."""
        for entry in entries(self.content):
            if entry.name in names and entry.optional:
                gone = Gone(entry.name, was_optional=True, always=True)
                self.content = carry_features(self.content, gone).content
                self.content = drop_field(self.content, entry_at(self.content, entry), "optional")
                self.notes.append(
                    f"`{entry.name}` is always there now, not only with the feature `{feature}`"
                )

    def _share(self, need: NewDependency, model: Entry) -> bool:
        """Have the workspace say the version, as for `model`; False where the name is another's there."""
        shared = self._shared()
        there = next((each for each in shared if each.name == need.package), None)
        if there is not None and there.package != need.package:
            return False
        if there is not None:
            self._raise_shared(there, need)
            return True
        fields = [("version", quoted(need.requirement))]
        fields += [] if need.default_features else [("default-features", "false")]
        new = NewEntry(need.package, tuple(fields))
        self._set_root(put_beside(self._root(), self._inherited(model, shared), new))
        return True

    def _inherited(self, member: Entry, shared: Sequence[Entry]) -> Entry:
        found = next((each for each in shared if each.name == member.name), None)
        if found is None:
            raise ManifestConflict(
                f"`{member.name}` is inherited, but the workspace's root does not have it",
                where=self._place(member),
                hint="Correct the manifest first; `cargo metadata` must work.",
            )
        return found

    def _raise_shared(self, member: Entry, need: NewDependency) -> None:
        source = self._inherited(member, self._shared())
        self._set_root(with_requirement(self._root(), source, need.requirement, self.notes))

    def _entries_of(self, package: str) -> list[Entry]:
        """Return the entries of `package` in tables that the package itself uses."""
        shared = {each.name: each.package for each in self._shared()}
        found = [each for each in entries(self.content, self.where) if each.kind in DEPENDENCY_KINDS]
        return [each for each in found if package and self._package(each, shared) == package]

    def _package(self, entry: Entry, shared: Mapping[str, str]) -> str:
        return shared.get(entry.name, entry.name) if entry.inherited else entry.package

    def _shared(self) -> list[Entry]:
        return [each for each in entries(self._root()) if each.table == _SHARED]

    def _root(self) -> bytes:
        return self.content if self.workspace is None else self.workspace

    def _set_root(self, content: bytes) -> None:
        if self.workspace is None:
            self.content = content
        else:
            self.workspace = content

    def _quoted(self, requirement: str, model: Entry | None) -> str:
        version = model.field("version") if model else None
        return quoted(requirement, version.value.span.of(self.content) if version else b'"')

    def _refuse_taken_name(self, need: NewDependency) -> None:
        """The code will call it by its own name: nothing else may be called so, and it nothing else."""
        shared = {each.name: each.package for each in self._shared()}
        for entry in entries(self.content):
            if entry.kind not in DEPENDENCY_KINDS:
                continue
            is_same = self._package(entry, shared) == need.package
            if is_same is not (entry.name == need.package):
                raise ManifestConflict(
                    f"`{need.package}` is needed, "
                    + (f"but is called `{entry.name}`" if is_same else "but that name is another package's")
                    + " here",
                    where=self._place(entry),
                    hint="Rename that dependency first.",
                )

    def _place(self, entry: Entry) -> str:
        line = self.content.count(b"\n", 0, entry.key.start) + 1
        return f"{self.where}:{line}"

    def _covers(self, there: Entry, table: tuple[str, ...], need: NewDependency) -> bool:
        """Whether an entry that is there anyway does for `table`: always there, and asked for no less."""
        shared = next((each for each in self._shared() if there.inherited and each.name == there.name), there)
        kind = KINDS[table[-1]]
        reaches = there.kind == kind or (there.kind, kind) == ("normal", "dev")
        features = {*there.features, *shared.features}
        return (
            not (there.optional or there.target is not None)
            and reaches
            and set(need.features) <= features
            and ((there.default_features and shared.default_features) or not need.default_features)
            and suits(shared.requirement or "", need.requirement)
        )


def with_requirement(content: bytes, entry: Entry, requirement: str, notes: list[str]) -> bytes:
    """Return `content` with `requirement` for `entry`, where what is written does not suit it."""
    if entry.inherited or entry.requirement is None or suits(entry.requirement, requirement):
        return content
    notes.append(f"`{entry.name}` of {named_table(entry)} goes from {entry.requirement} to {requirement}")
    return set_requirement(content, entry, requirement)


def entry_at(content: bytes, like: Entry) -> Entry:
    """Return the entry of that name in that table as it is now."""
    return next(each for each in entries(content) if (each.table, each.name) == (like.table, like.name))


def named_table(entry: Entry) -> str:
    """Return the header of the entry's table, for a person."""
    return "[" + ".".join(part if "(" not in part else f"'{part}'" for part in entry.table) + "]"

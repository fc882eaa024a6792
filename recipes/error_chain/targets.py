"""The change of one component: which target each package gets, and its forms in order of preference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.recipe import (
    Change,
    Edit,
    EditConflict,
    Edited,
    Facts,
    Form,
    ImportEditError,
    ImportEdits,
    Needs,
    NotASite,
    Proposal,
    Retires,
    Role,
    Settings,
    Skipped,
    Source,
    ordered,
)

from .._errors.releases import needs, thiserror_for
from .calls import CallError
from .components import Component, Member
from .finding import PACKAGE
from .keeping import Keeping, call_edits


@dataclass
class Draft:
    """The edits of one form as they come together, by file, and what it needs."""

    edits: dict[PurePosixPath, list[Edit]] = field(default_factory=dict)
    imports: dict[PurePosixPath, ImportEdits] = field(default_factory=dict)
    dependencies: list[Needs | Retires] = field(default_factory=list)

    def add(self, source: Source, edits: Sequence[Edit]) -> None:
        """Add edits of a file."""
        self.edits.setdefault(source.path, []).extend(edits)

    def imports_of(self, source: Source) -> ImportEdits:
        """Return the collector for the imports of a file."""
        return self.imports.setdefault(source.path, ImportEdits(source))

    def form(self, name: str) -> Form:
        """Return the form.

        Raises:
            ImportEditError, EditConflict: its edits do not go together.
        """
        for path, imports in self.imports.items():
            self.edits.setdefault(path, []).extend(imports.edits())
        files = [Edited(path, ordered(edits)) for path, edits in sorted(self.edits.items()) if edits]
        return Form(tuple(files), name, dependencies=tuple(self.dependencies))


@dataclass(frozen=True, slots=True)
class Targets:
    """Writes the change of a component."""

    component: Component
    facts: Facts
    settings: Settings

    def proposals(self) -> Iterator[Proposal]:
        """Yield the change, or why there is none; and which calls no longer are anybody's business."""
        try:
            forms = list(self._forms())
        except (CallError, ImportEditError, EditConflict) as error:
            yield self._refusal(error)
            return
        calls = [site.id for member in self.component.members for site in member.methods("chain_err")]
        sites = tuple(site.id for site in self.component.sites if site.id not in calls)
        if sites:
            yield Change(sites, tuple(forms), notes=tuple(self._notes()))
        if calls:
            yield NotASite(tuple(calls))

    def _forms(self) -> Iterator[Form]:
        yield self._kept("names-kept", is_tidy=True)
        if self.component.declarations:
            yield self._kept("names-kept-in-full", is_tidy=False)

    def _kept(self, name: str, *, is_tidy: bool) -> Form:
        members = self.component.members
        shows_chain = any(
            member.methods("display_chain") or member.macros("quick_main") for member in members
        )
        keeping, draft = Keeping(is_tidy, shows_chain), Draft()
        for member in members:
            self._keep(member, keeping, draft)
        return draft.form(name)

    def _keep(self, member: Member, keeping: Keeping, draft: Draft) -> None:
        deriving: list[Source] = []
        for site, name in member.macros():
            if name == "error_chain":
                found = self.component.declarations[site.id]
                edits, needs_thiserror = keeping.declaration_edits(member.files, found)
                deriving += [site.source] if needs_thiserror else []
                draft.add(site.source, edits)
            else:
                draft.add(site.source, call_edits(site, name))
        for site, mention in member.imports():
            if mention.origin is not None:
                draft.imports_of(site.source).remove(mention.origin)
        if deriving:
            self._need_thiserror(member, deriving, draft)
        draft.dependencies.append(Retires(member.package.manifest, PACKAGE))

    def _need_thiserror(self, member: Member, deriving: Sequence[Source], draft: Draft) -> None:
        release = thiserror_for(member.package.rust_version)
        if release is None:
            raise CallError("old-rust", f"no thiserror builds with Rust {member.package.rust_version}")
        draft.dependencies.append(needs(member.package, release, PACKAGE))
        if member.package.edition != "2015":
            return
        # What the derive makes says `::thiserror`, which this edition looks up at the crate's root.
        for root in dict.fromkeys(root for each in deriving for root in member.files.roots_of(each.path)):
            source = member.files.sources.get(root)
            if source is not None and source.edition == "2015":
                draft.imports_of(source).add_extern_crate("thiserror")

    def _notes(self) -> Iterator[str]:
        for member in self.component.members:
            if member.macros("error_chain"):
                yield f"package {member.package.name} ({member.package.role}): {_why_kept(member)}"
        yield (
            "By design: `{:?}` of an error shows no backtrace and none is printed behind the chain; the kinds"
            " are errors of std as well."
        )

    def _refusal(self, error: Exception) -> Skipped:
        code = getattr(error, "code", "overlap")
        reason = getattr(error, "reason", str(error))
        return Skipped(code, reason, tuple(site.id for site in self.component.sites))


def _why_kept(member: Member) -> str:
    if member.package.role is Role.PROGRAM:
        return "its code names the kinds, so that the types stay, written out with thiserror."
    return "callers name its types, so that they stay, written out with thiserror."

"""The change of one component: which target each package gets, and its forms in order of preference."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from codemods.recipe import (
    Change,
    Edit,
    EditConflict,
    Edited,
    Facts,
    Form,
    Import,
    ImportEditError,
    ImportEdits,
    Needs,
    NotASite,
    Proposal,
    Retires,
    Settings,
    Site,
    Skipped,
    Source,
    Span,
    imports_of,
    ordered,
)

from .._errors.releases import anyhow_for, needs, thiserror_for
from .calls import CallError
from .components import Component, Member
from .finding import PACKAGE
from .keeping import Keeping, call_edits
from .opaque import Opaque, converted, known, why_not

NON_EXHAUSTIVE = "1.40"  # since when an enum can be marked so
BACKTRACE = "1.65"  # since when std has backtraces


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

    def remove_imports(self, source: Source, found: Collection[Import]) -> None:
        """Take imports away; a comment above a statement stays, even if it was about it."""
        statements = {each.declaration for each in found}
        for statement in sorted(statements):
            leaves = [each for each in imports_of(source) if each.declaration == statement]
            going = [each for each in leaves if each in found]
            if len(going) == len(leaves) and _is_alone(source, statement) and _has_comment(source, going):
                end = source.line_span(statement.end).end
                self.add(source, [Edit(Span(statement.start, _line_break(source, end)), "")])
                continue
            for each in going:
                self.imports_of(source).remove(each)

    def form(self, name: str, min_rust: str | None = None) -> Form:
        """Return the form, which needs this Rust.

        Raises:
            ImportEditError, EditConflict: its edits do not go together.
        """
        for path, imports in self.imports.items():
            self.edits.setdefault(path, []).extend(imports.edits())
        files = [Edited(path, ordered(edits)) for path, edits in sorted(self.edits.items()) if edits]
        return Form(tuple(files), name, min_rust, dependencies=tuple(self.dependencies))


@dataclass(frozen=True, slots=True)
class Targets:
    """Writes the change of a component."""

    component: Component
    facts: Facts
    settings: Settings

    def proposals(self) -> Iterator[Proposal]:
        """Yield the change, or why there is none; and which calls are nobody's business."""
        reasons = self._reasons()
        own = self._shared(reasons)
        if self.settings["shape"] == "anyhow" and own is not None:
            yield Skipped("needs-types", own, tuple(site.id for site in self.component.sites))
            yield from self.component.others()
            return
        try:
            opaque = self._opaque() if own is None else None
            forms = [form for form in (opaque, *self._kept_forms(opaque)) if form is not None]
        except (CallError, ImportEditError, EditConflict) as error:
            yield self._refusal(error)
            yield from self.component.others()
            return
        yield from self._change(forms, reasons, opaque is not None)

    def _change(
        self, forms: Sequence[Form], reasons: Mapping[str, str | None], is_opaque: bool
    ) -> Iterator[Proposal]:
        """Yield the change, and what is no site of it: with types of its own, all calls stay."""
        messages = [site for member in self.component.members for site in self._with_anyhow_only(member)]
        own = [*self.component.sites, *(messages if is_opaque else ())]
        others = [site for member in self.component.members for site in member.sites if site not in own]
        if not is_opaque:
            others += [site for site in own if site["name"].text == "chain_err"]
        strange = {site.id for site in others}
        sites = tuple(site.id for site in own if site.id not in strange)
        if is_opaque:
            tried = dict.fromkeys(reasons, "`anyhow`, which was tried first, did not hold")
            notes = tuple(self._notes(tried, is_opaque=False))
            forms = [*forms[:1], *(replace(form, notes=notes) for form in forms[1:])]
        if sites:
            yield Change(sites, tuple(forms), notes=tuple(self._notes(reasons, is_opaque)))
        if strange:
            yield NotASite(tuple(sorted(strange)))

    def _with_anyhow_only(self, member: Member) -> list[Site]:
        """Return the calls that change where the errors are anyhow's."""
        named = [site for name in ("iter", "backtrace") for site in known(member, name, self.facts)]
        return [*converted(member, self.facts), *named]

    def _reasons(self) -> dict[str, str | None]:
        """Return by package why it cannot do with `anyhow`; None where it can."""
        return {
            member.package.name: why_not(self.component, member, self.facts)
            for member in self.component.members
        }

    def _shared(self, reasons: Mapping[str, str | None]) -> str | None:
        """Return why the types of the component stay, None where all of it gets `anyhow`."""
        if self.settings["shape"] == "keep":
            return "the setting `shape` keeps them"
        return next((reason for reason in reasons.values() if reason is not None), None)

    def _kept_forms(self, opaque: Form | None) -> Iterator[Form]:
        if opaque is not None and self.settings["shape"] == "anyhow":
            return
        yield self._kept("names-kept", is_tidy=True)
        if self.component.declarations:
            in_full = self._kept("names-kept-in-full", is_tidy=False)
            yield in_full
            if any(isinstance(each, Needs) for each in in_full.dependencies):
                yield self._kept("written-by-hand", is_tidy=False, derives=False)

    def _opaque(self) -> Form | None:
        """Return the form with `anyhow`; None where a call or import has no place in it, unless it must."""
        try:
            return self._with_anyhow()
        except (CallError, ImportEditError, EditConflict):
            if self.settings["shape"] == "anyhow":
                raise
            return None

    def _with_anyhow(self) -> Form:
        draft = Draft()
        for member in self.component.members:
            opaque = Opaque(self.component, member, self.facts)
            for source, edits in opaque.edits():
                draft.add(source, edits)
            opaque.imports(draft.imports_of, lambda source, found: draft.remove_imports(source, [found]))
            release = anyhow_for(member.package.rust_version)
            if release is None:
                raise CallError("old-rust", f"no anyhow builds with Rust {member.package.rust_version}")
            draft.dependencies.append(needs(member.package, release, PACKAGE))
            draft.dependencies.append(Retires(member.package.manifest, PACKAGE))
        return draft.form("anyhow")

    def _kept(self, name: str, *, is_tidy: bool, derives: bool = True) -> Form:
        members = self.component.members
        keeping, draft = Keeping(is_tidy, derives, self._asked()), Draft()
        for member in members:
            self._keep(member, keeping, draft)
        return draft.form(name, self._min_rust(keeping))

    def _asked(self) -> frozenset[str]:
        """Return which methods beyond an API's the code of the component calls."""
        members = self.component.members
        asked = {
            name for name in ("iter", "backtrace") for each in members if each.own_methods(name, self.facts)
        }
        if any(each.methods("display_chain") or each.macros("quick_main") for each in members):
            asked.add("display_chain")
        return frozenset(asked)

    def _min_rust(self, keeping: Keeping) -> str | None:
        if not self.component.declarations:
            return None
        if "backtrace" in keeping.asked:
            return BACKTRACE
        return NON_EXHAUSTIVE if keeping.is_tidy else None

    def _keep(self, member: Member, keeping: Keeping, draft: Draft) -> None:
        deriving: list[Source] = []
        for site, name in member.macros():
            if name == "error_chain":
                found = self.component.declarations[site.id]
                edits, needs_thiserror = keeping.declaration_edits(member.files, found, member.release)
                deriving += [site.source] if needs_thiserror else []
                draft.add(site.source, edits)
            else:
                draft.add(site.source, call_edits(site, name))
        going: dict[Source, list[Import]] = {}
        for site, mention in member.imports():
            if mention.origin is not None:
                going.setdefault(site.source, []).append(mention.origin)
        for source, imports in going.items():
            draft.remove_imports(source, imports)
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

    def _notes(self, reasons: Mapping[str, str | None], is_opaque: bool) -> Iterator[str]:
        for member in self.component.members:
            if member.macros("error_chain"):
                reason = reasons[member.package.name]
                why = reason if reason is not None else "the types stay with those of its group"
                target = "`anyhow`: nobody looks into its errors" if is_opaque else f"its types stay: {why}"
                yield f"package {member.package.name} ({member.package.role}): {target}."
            if member.macros("error_chain") and not member.release.has_source:
                whose = f"errors of {member.package.name}"
                yield f"By design: `source()` of {whose} tells what `cause()` alone told."
        yield (
            "By design: `{:?}` of an error has another layout and shows no backtrace; a width or `#` in a"
            " format string reaches the error of a link, where error-chain dropped it."
        )

    def _refusal(self, error: Exception) -> Skipped:
        code = getattr(error, "code", "overlap")
        reason = getattr(error, "reason", str(error))
        return Skipped(code, reason, tuple(site.id for site in self.component.sites))


def _has_comment(source: Source, found: Collection[Import]) -> bool:
    """Whether a comment is in the way of taking the imports away."""
    alone = ImportEdits(source)
    for each in found:
        alone.remove(each)
    try:
        alone.edits()
    except ImportEditError as error:
        return error.code == "comment"
    return False


def _is_alone(source: Source, statement: Span) -> bool:
    """Whether the statement has its lines for itself, without comments."""
    text = source.text(Span(statement.start, source.line_span(statement.end).end))
    before = source.text(Span(source.line_span(statement.start).start, statement.start))
    return text.endswith(";") and not before.strip() and "/" not in text


def _line_break(source: Source, at: int) -> int:
    return min(at + len(source.newline), len(source.content))

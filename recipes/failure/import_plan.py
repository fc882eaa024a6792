"""What becomes of the imports of one file, once it is known what its other sites need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.recipe import Edit, Import, ImportEditError, ImportEdits, MentionKind, Site, Span

from .calls import is_call
from .decisions import Decision
from .file_outcomes import Judged
from .members import File
from .rewrites import MACROS, Left, Need, Rewrite

_REEXPORTED = (
    ("swap", "anyhow's item is exported in its place: callers that use failure's no longer compile"),
    ("keep", "nothing changes"),
)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Edits of a file's imports, the needs that come of them, and the import sites that cannot be done."""

    edits: tuple[Edit, ...] = ()
    needs: frozenset[Need] = frozenset()
    left: Mapping[str, Left] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CrateNeeds:
    """What all files of a package need, for the `extern crate`s of its roots."""

    needs: frozenset[Need]
    has_bare_macros: bool  # macros that only `#[macro_use]` brings


def plan_imports(
    file: File, judged: Sequence[Judged], decision: Decision, crate_needs: CrateNeeds
) -> ImportPlan:
    """Return what becomes of the imports when all other sites of the file are rewritten."""
    planner = _Planner(file, judged, decision, crate_needs)
    try:
        return planner.plan()
    except ImportEditError as error:
        left = Left(error.code, str(error))
        return ImportPlan(left={each.site.id: left for each in judged if each.is_import})


def plan_type_imports(file: File, judged: Sequence[Judged], moving: frozenset[Span]) -> ImportPlan:
    """Return what becomes of the imports when only the types whose sites are at `moving` are rewritten."""
    edits = ImportEdits(file.source)
    settled: set[str] = set()
    for each in judged:
        if each.is_import and _is_only_for_types(file, judged, each, moving):
            assert each.mention is not None and each.mention.origin is not None, "an import is one"
            edits.remove(each.mention.origin)
            settled.add(each.site.id)
    try:
        return ImportPlan(tuple(edits.edits()), settled=frozenset(settled))
    except ImportEditError:
        return ImportPlan()  # an import that is not used any more is only a warning


def _is_only_for_types(
    file: File, judged: Sequence[Judged], imported: Judged, moving: frozenset[Span]
) -> bool:
    mention = imported.mention
    if mention is None or mention.kind is not MentionKind.USE or mention.path[-1:] != ("Fail",):
        return False
    users = [each for each in file.mentions.values() if each.origin is mention.origin and each is not mention]
    if any(user.span not in moving for user in users):
        return False
    return not any(is_call(each.site) for each in judged)


class _Planner:
    def __init__(
        self, file: File, judged: Sequence[Judged], decision: Decision, crate_needs: CrateNeeds
    ) -> None:
        self.file = file
        self.judged = judged
        self.decision = decision
        self.crate_needs = crate_needs
        self.edits = ImportEdits(file.source)
        self.needs: set[Need] = set()
        self.left: dict[str, Left] = {}
        self.done: set[Import] = set()

    def plan(self) -> ImportPlan:
        for each in self.judged:
            mention = each.mention
            if each.is_import and mention is not None and mention.origin is not None:
                if mention.origin not in self.done:
                    self.done.add(mention.origin)
                    self._import(each.site, mention.origin, mention.path, mention.kind)
                elif mention.origin.is_glob:
                    continue
        self._add_traits()
        settled = frozenset(each.site.id for each in self.judged if each.is_import) - self.left.keys()
        edits = () if self.left else tuple(self.edits.edits())
        return ImportPlan(edits, frozenset(self.needs), self.left, settled)

    def _import(self, site: Site, found: Import, path: tuple[str, ...], kind: MentionKind) -> None:
        if self._is_public_reexport(found):
            reason = f"`{self.file.source.text(found.leaf)}` is exported to callers of the library"
            self.left[site.id] = Left("reexport", reason, _REEXPORTED)
        elif found.macro_use:
            reason = "`#[macro_use]` lists macros, which anyhow does not have by all of these names"
            self.left[site.id] = Left("macro-list", reason)
        elif kind is MentionKind.EXTERN_CRATE:
            self._extern_crate(found, path)
        elif found.is_glob:
            self._glob(found)
        else:
            self._leaf(site, found, path)

    def _is_public_reexport(self, found: Import) -> bool:
        is_exported = found.visibility == "pub" and self.decision.is_public_library
        return is_exported and self.decision.reexports == "ask"

    def _extern_crate(self, found: Import, path: tuple[str, ...]) -> None:
        needed = self.crate_needs.needs
        if path[0] == "failure_derive" or Need.ANYHOW not in needed:
            self.edits.remove(found)
        elif found.macro_use is not None and not self.crate_needs.has_bare_macros:
            self.edits.remove(found)
            if self.file.source.edition == "2015":
                self.edits.add_extern_crate("anyhow")
        else:
            name = None if found.name in (None, "failure") else found.name
            self._replace(found, ("anyhow",), name)

    def _glob(self, found: Import) -> None:
        self.edits.remove(found)
        users = [
            (mention, each)
            for each in self.judged
            if (mention := each.mention) is not None and mention.origin is found and not each.is_import
        ]
        for mention, each in users:
            if not isinstance(each.outcome, Rewrite):
                continue
            macro = next((MACROS[need] for need in each.outcome.needs if need in MACROS), None)
            if mention.kind is MentionKind.MACRO and macro is not None:
                self._add(("anyhow", macro), mention.span.start)
            elif _writes_error(each.outcome, mention.path):
                self._add(("anyhow", "Error"), mention.span.start)

    def _leaf(self, site: Site, found: Import, path: tuple[str, ...]) -> None:
        item = path[1] if len(path) > 1 else ""
        renamed = found.name if found.name not in (item, None) else None
        match item:
            case "":
                self._crate_leaf(found)
            case "Error":
                self._replace(found, ("anyhow", "Error"), renamed)
            case "bail" | "ensure":
                self._replace(found, ("anyhow", item), renamed)
            case "format_err" if found.visibility:
                self._replace(found, ("anyhow", item), renamed)  # other files call it by this name
            case "Fallible" if found.visibility:
                self._replace(found, ("anyhow", "Result"), found.name)
            case "ResultExt" if found.visibility and found.name != "_":
                self._replace(found, ("anyhow", "Context"), found.name)
            case "format_err":
                self._replace(found, ("anyhow", "anyhow"), renamed)
            case "ResultExt" if self._kind_traits(found.scope):
                self._replace_by_trait(found)
            case "ResultExt" if self._context_sites(found.scope) or found.visibility:
                self._replace(found, ("anyhow", "Context"), "_")
            case _ if found.visibility:
                reason = f"`{self.file.source.text(found.leaf)}` is exported to other modules"
                self.left[site.id] = Left("reexport", reason, _REEXPORTED)
            case _:
                self.edits.remove(found)

    def _kind_traits(self, scope: Span) -> list[tuple[str, str]]:
        """Return the traits of the package itself that calls in `scope` need."""
        outcomes = [each.outcome for each in self.judged if each.site.span in scope]
        found = [each.kind_trait for each in outcomes if isinstance(each, Rewrite) and each.kind_trait]
        return list(dict.fromkeys(found))

    def _replace_by_trait(self, found: Import) -> None:
        module, trait = self._kind_traits(found.scope)[0]
        self.edits.replace(found, (*module.split("::"), trait), None)

    def _crate_leaf(self, found: Import) -> None:
        """`use failure;` or `failure::{self}`: paths go through it, and still do."""
        if found.name not in (None, "failure"):
            self._replace(found, ("anyhow",), found.name)
            return
        users = [each for each in self.judged if each.mention is not None and each.mention.origin is found]
        if any(_names_anyhow(each) for each in users if not each.is_import):
            self._replace(found, ("anyhow",), None)
        else:
            self.edits.remove(found)

    def _replace(self, found: Import, path: tuple[str, ...], name: str | None) -> None:
        self.needs.add(Need.ANYHOW)
        self.edits.replace(found, path, name)

    def _add(self, path: tuple[str, ...], at: int, name: str | None = None) -> None:
        if path[0] == "anyhow":
            self.needs.add(Need.ANYHOW)
        self.edits.add(path, at, name)

    def _add_traits(self) -> None:
        for each in self._needing(Need.CONTEXT):
            if not self._has_context(each.site.span):
                self._add(("anyhow", "Context"), each.site.span.start, "_")
        imported = {each.mention.path[-1] for each in self.judged if each.is_import and each.mention}
        if "ResultExt" not in imported:
            for module, trait in self._kind_traits(Span(0, len(self.file.source.content))):
                self._add((*module.split("::"), trait), 0)
        for each in self._needing(Need.SOURCE):
            self._add(("std", "error", "Error"), each.site.span.start, "_")

    def _needing(self, need: Need) -> Iterator[Judged]:
        for each in self.judged:
            if isinstance(each.outcome, Rewrite) and need in each.outcome.needs:
                yield each

    def _context_sites(self, scope: Span) -> bool:
        return any(each.site.span in scope for each in self._needing(Need.CONTEXT))

    def _has_context(self, span: Span) -> bool:
        """Whether an import of failure's trait, which becomes anyhow's, is in scope there."""
        traits = [
            each.mention.origin
            for each in self.judged
            if each.is_import and each.mention is not None and each.mention.path[-1] == "ResultExt"
        ]
        scopes = [found.scope for found in traits if found is not None and not found.is_glob]
        if any(span in scope for scope in scopes if _is_direct(self.file, scope, span)):
            return True
        supers = [each for each in self.file.imports if each.is_glob and each.path[-1:] == ("super",)]
        return bool(scopes) and any(span in each.scope for each in supers)


def _writes_error(outcome: Rewrite, path: tuple[str, ...]) -> bool:
    """Whether `Error` stands there afterwards, for anyhow's."""
    is_named = path[:2] == ("failure", "Error") and not outcome.edits
    return is_named or any(edit.text.startswith("Error::") for edit in outcome.edits)


def _names_anyhow(each: Judged) -> bool:
    return isinstance(each.outcome, Rewrite) and Need.ANYHOW in each.outcome.needs


def _is_direct(file: File, scope: Span, span: Span) -> bool:
    """Whether no inline module stands between the scope of an import and the place: its names end there."""
    for tree in file.source.trees_at(span):
        node = tree.root.descendant_for_byte_range(span.start, span.start)
        while node is not None:
            if node.type == "mod_item" and Span(node.start_byte, node.end_byte) != scope:
                inside = Span(node.start_byte, node.end_byte)
                if inside in scope and scope != inside:
                    return False
            node = node.parent
    return True

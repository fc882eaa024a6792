"""What becomes of each site of one file, imports aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.recipe import Facts, Known, Mention, MentionKind, Namespace, Site, Span

from .boundaries import rewrite_boundary, with_foreign_receiver
from .boundary_functions import is_written
from .boundary_search import BoundaryKind
from .calls import ITEM, is_call, is_context
from .decisions import Decision
from .finding import SHOWN_TYPE
from .kind_uses import Kinds
from .macro_calls import macro_arguments
from .macros import NAMES as MACROS
from .macros import rewrite_macro
from .members import File
from .methods import rewrite_call
from .own_types import OwnType, TypeRefused, TypeRewrite
from .paths import crate_edit, rewrite_path
from .printing import FORWARDED, rewrite_forwarded, rewrite_printed
from .rewrites import Left, Need, Outcome, Rewrite, Stranger

if TYPE_CHECKING:
    from tree_sitter import Node

_IMPORTS = (MentionKind.USE, MentionKind.REEXPORT, MentionKind.EXTERN_CRATE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A site of a file and what becomes of it; None for an import, which depends on all the others."""

    site: Site
    outcome: Outcome | None
    mention: Mention | None = None
    own_type: TypeRewrite | None = None

    @property
    def is_import(self) -> bool:
        """Whether the site is a leaf of a `use`, or an `extern crate`."""
        return self.mention is not None and self.mention.kind in _IMPORTS


def judge(
    file: File, facts: Facts, decision: Decision, kinds: Kinds, types: Sequence[OwnType]
) -> tuple[Judged, ...]:
    """Return what becomes of each site of the file; `types` are its own."""
    return tuple(_Judge(file, facts, decision, kinds, types).all())


class _Judge:
    def __init__(
        self, file: File, facts: Facts, decision: Decision, kinds: Kinds, types: Sequence[OwnType]
    ) -> None:
        self.file = file
        self.facts = facts
        self.decision = decision
        self.kinds = kinds
        self.written: set[Span] = set()  # the types whose edits some site has
        self.types = types
        self.traits = {kinds.trait_for(site, facts) for site in file.sites if is_context(site)}

    def all(self) -> Iterator[Judged]:
        for site in self.file.sites:
            mention = self.file.mentions.get(site.span)
            own_type = next((each for each in self.types if _covers(each, site, mention)), None)
            if own_type is not None:
                yield self._of_type(site, mention, own_type)
            elif mention is not None and mention.kind in _IMPORTS:
                yield Judged(site, None, mention)
            else:
                yield Judged(site, self._outcome(site, mention), mention)

    def _of_type(self, site: Site, mention: Mention | None, own_type: OwnType) -> Judged:
        if isinstance(own_type, TypeRewrite):
            first = self._is_first(own_type)
            edits = own_type.edits if first else ()
            needs = frozenset({Need.THISERROR} if "thiserror" in own_type.needs else ())
            outcome = Rewrite(edits, needs, own_type.notes if first else (), is_type=True)
            return Judged(site, outcome, mention, own_type)
        if isinstance(own_type, TypeRefused):
            return Judged(site, Left(own_type.code, own_type.reason), mention)
        options = tuple((id, effect) for id, effect, _ in own_type.options)
        return Judged(site, Left(own_type.code, own_type.reason, options), mention)

    def _is_first(self, own_type: TypeRewrite) -> bool:
        """Whether no site has the type's edits yet: one of them must, so that they are made once."""
        is_first = own_type.span not in self.written
        self.written.add(own_type.span)
        return is_first

    def _outcome(self, site: Site, mention: Mention | None) -> Outcome:
        if is_written(site):
            reason = (
                "an earlier run wrote this function, for errors that dependencies return; it goes with them"
            )
            return Left("dependency-speaks", reason)
        if is_call(site):
            return self._call(site)
        if mention is None:
            return self._candidate(site)
        outcome = self._mention(mention)
        if self.decision.asks_public and isinstance(outcome, Rewrite) and _is_public(mention):
            return _public_question(mention)
        return outcome

    def _candidate(self, site: Site) -> Outcome:
        """Return what becomes of a place that names nothing of failure, or of another crate's macro."""
        if site["name"].text in set(BoundaryKind):
            return rewrite_boundary(site, self.facts, self.decision.boundary)
        if site["name"].text == SHOWN_TYPE:
            return Left("debug-text", "a text shows how `{:?}` prints a message of failure")
        if site["call"].kind == FORWARDED:
            return rewrite_forwarded(site) if self._is_error(site) else Stranger()
        return self._printed(site) if site["receiver"].nodes else Stranger()

    def _printed(self, site: Site) -> Outcome:
        return rewrite_printed(site.span, site.text) if self._is_error(site) else Stranger()

    def _is_error(self, site: Site) -> bool:
        answers = [self.facts.about(site.id, condition.fact) for condition in site.conditions]
        return any(isinstance(answer, Known) and answer.value == "yes" for answer in answers)

    def _mention(self, mention: Mention) -> Outcome:
        if mention.kind is MentionKind.MACRO and mention.path[-1] in MACROS:
            return self._macro(mention)
        if mention.kind in (MentionKind.DERIVE, MentionKind.ATTRIBUTE, MentionKind.MACRO):
            return Left("unknown-type", f"`{self.file.source.text(mention.span)}` stands in an unusual place")
        if len(mention.path) < 2:
            edits = crate_edit(self.file.source, mention)
            return Rewrite(tuple(edits), frozenset({Need.ANYHOW}))
        return rewrite_path(self.file.source, mention, error_name=self._error_name(mention.span.start))

    def _macro(self, mention: Mention) -> Outcome:
        source = self.file.source
        is_bare = mention.origin is None or mention.origin.is_extern_crate
        if self.file.has_rival_macros and is_bare and len(mention.segments) == 1:
            return Left("two-macros", "two crates give a macro of this name to the whole crate")
        arguments = macro_arguments(source, mention.span)
        if arguments is None:
            return Left("unparsed", "the macro's arguments are not understood")
        outcome = rewrite_macro(
            source,
            mention.path[-1],
            mention.segments[-1],
            arguments,
            new_ensure_text=self.decision.new_ensure_text,
        )
        if not isinstance(outcome, Rewrite):
            return outcome
        edits = outcome.edits
        if mention.origin is not None and mention.origin.visibility:  # it keeps the name that others use
            edits = tuple(edit for edit in edits if edit.span != mention.segments[-1])
        return replace(outcome, edits=(*crate_edit(source, mention), *edits))

    def _call(self, site: Site) -> Outcome:
        trait = self.kinds.trait_for(site, self.facts)
        if trait is not None:
            return self._kind_call(site, trait)
        outcome = rewrite_call(
            site,
            self.facts,
            self.decision.calls,
            mentions=bool(self.file.mentions),
            is_local=self._is_local(site),
        )
        return with_foreign_receiver(outcome, site, self.facts, self.decision.boundary)

    def _kind_call(self, site: Site, trait: tuple[str, str]) -> Outcome:
        item = self.facts.about(site.id, ITEM)
        if isinstance(item, Known) and "ResultExt" not in item.value:
            return Left("kind-value", "an error itself, no result, is given a kind")
        if len(self.traits) > 1:
            return Left("two-contexts", "the file gives errors kinds and other contexts by the same method")
        is_here = self.kinds.are_at_home_in(self.file, trait[0])
        return Rewrite(kind_trait=None if is_here else trait)

    def _is_local(self, site: Site) -> bool:
        """Whether the methods of failure's traits are in scope, and no other trait's of the same names."""
        names = {
            mention.path[-1]
            for mention in self.file.mentions.values()
            if mention.kind in _IMPORTS and mention.origin is not None and site.span in mention.origin.scope
        }
        others = {each.path[-1] for each in self.file.imports if each.path and each.path[0] != "failure"}
        return bool(names) and "Fail" not in names and not others & {"Context", "ResultExt", "WrapErr"}

    def _error_name(self, at: int) -> str | None:
        """Return `Error` where that is failure's by an import, so that it will be anyhow's."""
        for meaning in self.file.names.meanings("Error", at, Namespace.TYPE):
            if meaning.path == ("failure", "Error") and meaning.origin is not None:
                return "Error"
        return None


def _covers(own_type: OwnType, site: Site, mention: Mention | None) -> bool:
    """Whether the type's rewrite settles the site: its derive entry, an attribute, what it rewrites anew."""
    if mention is not None and mention.kind in _IMPORTS:
        return False
    if any(cover in site.span or site.span in cover for cover in own_type.covers):
        return True
    edits = own_type.edits if isinstance(own_type, TypeRewrite) else ()
    return any(len(edit.span) and site.span in edit.span for edit in edits)


def _is_public(mention: Mention) -> bool:
    """Whether callers outside may see what is written there: in a signature that is `pub`, or of a trait."""
    node: Node | None = mention.node
    while node is not None and node.parent is not None:
        parent = node.parent
        if node.type == "block":
            return False
        if parent.type in ("function_item", "type_item", "struct_item", "enum_item", "field_declaration"):
            return any(child.type == "visibility_modifier" for child in parent.children)
        node = parent
    return False


def _public_question(mention: Mention) -> Left:
    options = (
        ("anyhow", "`anyhow::Error` in the signature: callers that name `failure::Error` no longer compile"),
        ("thiserror", "an error enum of the package's own, by hand: callers can match on it"),
        ("keep", "nothing changes"),
    )
    return Left("public-error", f"`{'::'.join(mention.path)}` is part of a public signature", options)

"""What to do about the sites of one file or doc example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from codemods.recipe import (
    Ambiguous,
    Change,
    Edit,
    Edited,
    Facts,
    Form,
    Import,
    Known,
    Option,
    Proposal,
    Settings,
    Site,
    Skipped,
)

from .calls import Call, call_at
from .imports import removal, try_imports, uses_of
from .layout import edits_of, has_misplaced_comment
from .origins import ORIGIN, RULES, left_by_example, left_by_origin
from .outline import Outline
from .positions import moved_position
from .statements import is_repeated_statement, is_unclear_statement
from .surroundings import STRINGIFIED, objection
from .wordings import MIN_RUST, meaning_of, wordings_of


class Plan:
    """What to do about `sites`, those of one file or doc example."""

    def __init__(self, outline: Outline, sites: Sequence[Site], facts: Facts, settings: Settings) -> None:
        self.outline = outline
        self.sites = sites
        self.facts = facts
        self.settings = settings
        self.imports = try_imports(outline)

    def proposals(self) -> Iterator[Proposal]:
        """Yield what to do about each of the sites; those of one import travel together."""
        by_import: dict[Import, list[Site]] = {}
        for site in self.sites:
            found = self._import_of(self._call(site))
            if found is None:
                yield self._proposal(site)
            else:
                by_import.setdefault(found, []).append(site)
        for found, imported in by_import.items():
            yield from self._with_import(found, imported)

    def _proposal(self, site: Site) -> Proposal:
        call = self._call(site)
        shown = objection(self.outline, call.first, self._gone(call), self._rules_elsewhere(call))
        left = self._left_by_origin(call) or shown
        if left is None or left.code == STRINGIFIED:
            left = _left_by_operand(call) or _left_by_layout(call, self._gone(call))
        if left is not None:
            return replace(left, sites=(site.id,))
        forms = self._forms(call)
        if not self._is_compiled(call):
            forms = _safest_first(forms)
        if not forms:
            return Skipped("reference", "`?` takes no reference, and this one has no other form", (site.id,))
        moved = moved_position(self.outline, _edits(forms[:1]))
        if moved is not None:
            return replace(moved, sites=(site.id,))
        is_in_example = self.outline.tree.example is not None  # nobody reads what it prints
        if shown is not None and self.settings["stringified"] == "ask" and not is_in_example:
            return _question(site, shown, forms)
        return Change((site.id,), forms)

    def _rules_elsewhere(self, call: Call) -> bytes:
        answer = self.facts.about(call.site.id, RULES)
        return answer.value.encode() if isinstance(answer, Known) else b""

    def _forms(self, call: Call) -> tuple[Form, ...]:
        gone = self._gone(call)
        return tuple(
            call.site.form(
                edits_of(call, wording, gone), name, MIN_RUST.get(name.split()[0]), meaning_of(name)
            )
            for name, wording in wordings_of(call, gone)
        )

    def _gone(self, call: Call) -> frozenset[int]:
        """Return the opening delimiters that go away with a `try!` of std, as far as `call` may trust that.

        Where rustc reports `call` but not the macro around it, that is not std's.
        """
        return self._known_gone if self._is_known(call) else self._supposed_gone

    @cached_property
    def _supposed_gone(self) -> frozenset[int]:
        calls = map(self._call, self.sites)
        return frozenset(call.opening for call in calls if self._left_by_origin(call) is None)

    @cached_property
    def _known_gone(self) -> frozenset[int]:
        known = {self._call(site).opening for site in self.sites if self._is_known(self._call(site))}
        return self._supposed_gone & known

    def _is_known(self, call: Call) -> bool:
        return isinstance(self.facts.about(call.site.id, ORIGIN), Known)

    def _is_compiled(self, call: Call) -> bool:
        """Whether rustc will see the site, and so can reject a form."""
        example = self.outline.tree.example
        return self._is_known(call) and (example is None or example.is_compiled)

    def _left_by_origin(self, call: Call) -> Skipped | None:
        """Return why the site is not std's `try!`, or may not be, or is not there to compile."""
        rewrites_ignored = self.settings["ignored_examples"] is True
        return left_by_example(self.outline, rewrites_ignored) or left_by_origin(
            call, self.facts.about(call.site.id, ORIGIN), self.imports
        )

    def _import_of(self, call: Call) -> Import | None:
        """Return the private import that gives the macro its name here, where there is one only."""
        found = [each for each in self.imports if each.name == call.path.removeprefix("r#")]
        return found[0] if found and found[0].visibility != "pub" else None

    def _with_import(self, found: Import, sites: Sequence[Site]) -> Iterator[Proposal]:
        """Yield one change for all uses of an import and the import itself, where that is safe."""
        proposals = [self._proposal(site) for site in sites]
        foreign = [each for each in proposals if isinstance(each, Skipped) and each.code == "own-macro"]
        ours = [each for each in proposals if each not in foreign]
        yield from foreign
        changes = [each for each in ours if isinstance(each, Change)]
        converted = tuple(site for change in changes for site in change.sites)
        unused = removal(self.outline, found) if self._is_all(found, sites) else []
        if len(changes) < len(ours):
            yield from ours  # the import is still in use
        elif changes and not unused:
            reason = f"the import of `{found.name}!` cannot be taken away together with its uses"
            yield Skipped("alias", reason, converted)
        elif changes:
            edits = _edits([change.forms[0] for change in changes])
            yield Change(converted, (sites[0].form([*edits, *unused]),))

    def _is_all(self, found: Import, sites: Sequence[Site]) -> bool:
        """Whether the import's name stands nowhere but in the import and the sites."""
        imported = sum(each.name == found.name for each in self.imports)
        first, end = (self.outline.index_at(offset) for offset in (found.leaf.start, found.leaf.end))
        is_renamed = self.outline.text(end - 2) == b"as"
        in_import = 1 if is_renamed or self.outline.text(first) in (b"try", b"r#try") else 0
        return imported == 1 and uses_of(self.outline, found.name or "") == in_import + len(sites)

    def _call(self, site: Site) -> Call:
        return call_at(site, self.outline, self.outline.index_at(site.span.start))


def _left_by_operand(call: Call) -> Skipped | None:
    if not call.is_expression:
        return Skipped("not-an-expression", "its input is not one expression")
    if call.diverges:
        return Skipped("diverges", "its operand has no value, so there is nothing to unwrap")
    if call.outline.text(call.start) == b"#":
        return Skipped("attribute", "its operand has an attribute, which cannot stand before `x?`")
    return None


def _left_by_layout(call: Call, gone: frozenset[int]) -> Skipped | None:
    if has_misplaced_comment(call):
        return Skipped("comment", "a comment before its delimiter ends a line, and has no place without it")
    if is_repeated_statement(call, gone):
        return Skipped("repeated-statement", "its braces end a statement in each turn of a repetition")
    if is_unclear_statement(call, gone):
        return Skipped("unclear-statement", "a macro decides whether its braces end a statement here")
    return None


def _safest_first(forms: tuple[Form, ...]) -> tuple[Form, ...]:
    """Return `forms` with those that name a type in front of the plain one."""
    return tuple(sorted(forms, key=lambda form: not form.name.startswith("annotated")))


def _edits(forms: Sequence[Form]) -> list[Edit]:
    files = [file for form in forms for file in form.files]
    return [edit for file in files if isinstance(file, Edited) for edit in file.edits]


def _question(site: Site, left: Skipped, forms: tuple[Form, ...]) -> Ambiguous:
    options = (
        Option("rewrite", "only the printed text changes, from `try!(x)` to `x?`", forms[0]),
        Option("keep", "nothing changes"),
    )
    return Ambiguous(left.code, left.reason, options, (site.id,))

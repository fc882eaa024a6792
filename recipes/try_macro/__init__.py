"""Write `?` instead of the `try!` macro.

The operator does what the macro did: it converts the error with `From` and returns it. It
stands where the value is used, so chains read from left to right, and `try` is a keyword
since the 2018 edition.

    let text = try!(try!(File::open(path)).read());
    ->
    let text = File::open(path)?.read()?;

An operand that would lose its meaning gets parentheses, comments stay where they are:

    let size = try!(*cached /* bytes */);
    ->
    let size = (*cached)? /* bytes */;

Where `try!` was what told rustc that the operand is a `Result`, `?` alone does not compile; then
the type is written out: `lines.collect::<Result<_, _>>()?`.

Left alone: a `try!` of the crate's own, what callers of a macro write (its matcher), macros that
may look at tokens rather than evaluate them, `quote!` templates, prose and strings, examples
marked `ignore` or `compile_fail`. A `try!` whose text an assertion prints is a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codemods.recipe import (
    Ambiguous,
    Applicability,
    Change,
    Edit,
    Edited,
    Facts,
    Finder,
    Form,
    Known,
    MacroOrigin,
    Option,
    Proposal,
    Setting,
    Settings,
    Site,
    Skipped,
    Unknown,
    recipe,
)

from .calls import Call, call_at
from .finding import CONFIRM, NEEDLE, find_try
from .imports import Import, imports_in, removal, uses_of
from .layout import edits_of, is_repeated_statement
from .outline import Outline, root_of
from .positions import moved_position
from .surroundings import STRINGIFIED, objection
from .wordings import wordings_of

ORIGIN = MacroOrigin("try", note="use the `?` operator instead")

_STD_PATHS = frozenset({"try", "std::try", "core::try", "::std::try", "::core::try"})
_RIVAL = re.compile(
    rb"\bmacro_rules!\s*(?:r#)?try\b|\bmacro\s+(?:r#)?try\b|\bas\s+(?:r#)?try\b|\buse\s[^;]*\b(?:r#)?try\s*[;,}]"
)
_COMPILER_INPUT = re.compile(
    r"(?:^|/)tests?/(?:.*/)?(?:ui|compile[-_]fail|compiletest|run[-_](?:pass|fail)|expand|macrotest)/"
)


CODES = {
    "alias": "std's macro is imported under a name, and not every use of the import can be converted.",
    "attribute": "its operand has an attribute, which cannot stand before `x?`.",
    "attribute-input": "it is part of an attribute, which reads its tokens.",
    "compile-fail": "the documentation example is there to fail; this may be why.",
    "compiler-input": "the file is input of a compiler test.",
    "diverges": "its operand has no value (`return`, `panic!()`), so there is nothing to unwrap.",
    "ignored-example": "the documentation example is marked `ignore`: nothing compiles it.",
    "macro-matcher": "`try!` is part of what callers of a macro write.",
    "nested-macro": "it is in a macro that another macro defines.",
    "not-an-expression": "its input is not one expression.",
    "own-macro": "this `try!` is not std's.",
    "position-value": "the program reads the line or column of this code as a value.",
    "reference": "the operand is a reference, which `?` does not take.",
    "repeated-statement": "a macro repeats it where a `;` would change what the last one is.",
    "source-text": "a macro makes the source text a value of the program.",
    "stringified": "a macro prints the source text; `--set try-macro.stringified=rewrite` accepts that.",
    "token-template": "it is a token of a template (`quote!`), and the code made from it is not known here.",
    "try-block": "in a `try` block `?` leaves the block, `try!` the function.",
    "unknown-macro": "it is given to a macro that may look at the tokens rather than evaluate them.",
    "unresolved-macro": "nothing here compiles it, and another macro of that name exists.",
}


@recipe(
    summary="Replace `try!(x)` with `x?`",
    epoch="2015",
    min_rust="1.13",
    applicability=Applicability.MACHINE_APPLICABLE,
    pattern=Finder(find_try, needles=(NEEDLE,), confirm=CONFIRM),
    codes=CODES,
    facts=(MacroOrigin("try", note="use the `?` operator instead"),),
    settings=(
        Setting(
            "stringified",
            "ask",
            "what to do where an assertion or `dbg!` prints the source text",
            ("ask", "rewrite"),
        ),
        Setting("ignored_examples", False, "also rewrite documentation examples marked `ignore`"),
    ),
)
def try_macro(sites: Sequence[Site], facts: Facts, settings: Settings) -> Iterator[Proposal]:
    """Yield what to do about each site; those of one import travel together."""
    outlines = {root: Outline(root) for root in dict.fromkeys(root_of(site.tree) for site in sites)}
    for root, outline in outlines.items():
        here = [site for site in sites if root_of(site.tree) is root]
        yield from _Plan(outline, facts, settings).proposals(here)


class _Plan:
    """What to do about the sites of one file or doc example."""

    def __init__(self, outline: Outline, facts: Facts, settings: Settings) -> None:
        self.outline = outline
        self.facts = facts
        self.settings = settings
        self.imports = imports_in(outline)
        self.is_try = frozenset({"try", *(found.name for found in self.imports)})

    def proposals(self, sites: Sequence[Site]) -> Iterator[Proposal]:
        by_import: dict[Import, list[Site]] = {}
        for site in sites:
            found = self._import_of(self._call(site))
            if found is None:
                yield self._proposal(site)
            else:
                by_import.setdefault(found, []).append(site)
        for found, imported in by_import.items():
            yield from self._with_import(found, imported)

    def _proposal(self, site: Site) -> Proposal:
        call = self._call(site)
        shown = objection(self.outline, call.first, self.is_try)
        left = self._left_by_example() or self._left_by_origin(call) or shown
        if left is None or left.code == STRINGIFIED:
            left = _left_by_operand(call)
        if left is not None:
            return replace(left, sites=(site.id,))
        forms = self._forms(call)
        if not forms:
            return Skipped("reference", "`?` takes no reference, and this one has no other form", (site.id,))
        moved = moved_position(self.outline, _edits(forms[:1]))
        if moved is not None:
            return replace(moved, sites=(site.id,))
        if shown is not None and self.settings["stringified"] == "ask":
            return _question(site, shown, forms)
        return Change((site.id,), forms)

    def _forms(self, call: Call) -> tuple[Form, ...]:
        return tuple(
            call.site.form(edits_of(call, wording, self.is_try), name)
            for name, wording in wordings_of(call, self.is_try)
        )

    def _left_by_example(self) -> Skipped | None:
        example = self.outline.tree.example
        if example is None:
            return None
        if "compile_fail" in example.attributes:
            return Skipped("compile-fail", "the example is there to fail; this may be why")
        if "ignore" in example.attributes and not self.settings["ignored_examples"]:
            return Skipped("ignored-example", "the example is marked `ignore`: nothing compiles it")
        return None

    def _left_by_origin(self, call: Call) -> Skipped | None:
        example = self.outline.tree.example
        if example is not None and _RIVAL.search(self.outline.content):
            return Skipped("own-macro", "the example brings its own `try!`")
        match self.facts.about(call.site.id, ORIGIN):
            case Known("own", evidence):
                return Skipped("own-macro", f"this `try!` is not std's: {evidence}")
            case Known():
                return None
            case Unknown(reason, contested):
                if contested or call.path.replace("r#", "") not in self._std_paths() or self._has_rival():
                    return Skipped("unresolved-macro", f"it may not be std's `try!`: {reason}")
                if _COMPILER_INPUT.search(str(call.site.source.path)):
                    return Skipped("compiler-input", "the file is input of a compiler test")
        return None

    def _std_paths(self) -> frozenset[str]:
        return _STD_PATHS | self.is_try

    def _has_rival(self) -> bool:
        """Whether this file itself defines or imports another `try!`."""
        own = sum(found.name == "try" for found in self.imports)
        return sum(1 for _ in _RIVAL.finditer(self.outline.original)) > own

    def _import_of(self, call: Call) -> Import | None:
        """Return the private import that gives the macro its name here, where there is one only."""
        found = [each for each in self.imports if each.name == call.path.removeprefix("r#")]
        return found[0] if found and found[0].visibility != "pub" else None

    def _with_import(self, found: Import, sites: Sequence[Site]) -> Iterator[Proposal]:
        """Yield one change for all uses of an import and the import itself, where that is safe."""
        proposals = [self._proposal(site) for site in sites]
        changes = [each for each in proposals if isinstance(each, Change)]
        unused = removal(self.outline, found) if self._is_all(found, sites) else None
        if len(changes) < len(proposals):
            yield from proposals  # the import is still in use
        elif unused is None:
            reason = f"the import of `{found.name}!` cannot be taken away together with its uses"
            yield Skipped("alias", reason, tuple(site.id for site in sites))
        else:
            edits = _edits([change.forms[0] for change in changes])
            yield Change(tuple(site.id for site in sites), (sites[0].form([*edits, unused]),))

    def _is_all(self, found: Import, sites: Sequence[Site]) -> bool:
        """Whether the import's name stands nowhere but in the import and the sites."""
        imported = sum(each.name == found.name for each in self.imports)
        is_renamed = self.outline.text(found.leaf.end - 2) == b"as"
        in_import = 1 if is_renamed or self.outline.text(found.leaf.start) in (b"try", b"r#try") else 0
        return imported == 1 and uses_of(self.outline, found.name) == in_import + len(sites)

    def _call(self, site: Site) -> Call:
        return call_at(site, self.outline, self.outline.index_at(site.span.start))


def _left_by_operand(call: Call) -> Skipped | None:
    if not call.is_expression:
        return Skipped("not-an-expression", "its input is not one expression")
    if call.diverges:
        return Skipped("diverges", "its operand has no value, so there is nothing to unwrap")
    if call.outline.text(call.start) == b"#":
        return Skipped("attribute", "its operand has an attribute, which cannot stand before `x?`")
    if is_repeated_statement(call):
        return Skipped("repeated-statement", "its braces end a statement in each turn of a repetition")
    return None


def _edits(forms: Sequence[Form]) -> list[Edit]:
    files = [file for form in forms for file in form.files]
    return [edit for file in files if isinstance(file, Edited) for edit in file.edits]


def _question(site: Site, left: Skipped, forms: tuple[Form, ...]) -> Ambiguous:
    options = (
        Option("rewrite", "only the printed text changes, from `try!(x)` to `x?`", forms[0]),
        Option("keep", "nothing changes"),
    )
    return Ambiguous(left.code, left.reason, options, (site.id,))

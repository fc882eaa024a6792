"""The target that keeps every name: what the macros made is written out, and calls stay as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from codemods.recipe import Edit, Site, Source, Span, TreeKind

from .calls import Call, CallError, call_at, checked, main_function, returned
from .crates import PackageFiles
from .declaration import Declaration, DeclarationError, read_declaration
from .items import EVERYTHING, Items, Rest, indented
from .releases import Release
from .written import write

_ATTRIBUTE = re.compile(rb"#\s*\[\s*(?P<name>\w+)[^\n]*\]\s*\Z")
_HARMLESS = frozenset([b"allow", b"warn", b"deny", b"forbid", b"expect", b"doc"])
_MINIMAL = frozenset({"from_kind", "message"})
# What of the macro's items a program is given where its code has one of these words.
_USED_BY = {
    "with_chain": ("with_chain", "chain_err"),
    "with_boxed_chain": ("with_boxed_chain",),
    "kind": ("kind",),
    "description": ("description",),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """One `error_chain!` call and what it declares."""

    site: Site
    call: Call
    declaration: Declaration

    @property
    def source(self) -> Source:
        """The file that it stands in."""
        return self.site.source


def declared(site: Site) -> Declared:
    """Return what the `error_chain!` call at `site` declares.

    Raises:
        CallError: it is in a form that is not understood, or in a place where it cannot be written out.
    """
    if _is_in_macro(site):
        raise CallError("macro-body", "another macro makes this `error_chain!`")
    if _is_conditional(site):
        raise CallError("attributes", "an attribute stands before this `error_chain!`")
    call = call_at(site.source, site.span)
    try:
        inside = Span(call.opening.end, call.closing.start)
        return Declared(site, call, read_declaration(site.source, inside))
    except DeclarationError as error:
        raise CallError("unparsed", f"this `error_chain!` is not understood: {error}") from error


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a component is written so that names stay. `is_tidy` leaves out what nobody seems to use.

    `derives`: thiserror prints kinds where it can. `asked`: methods that are written because they are called.
    """

    is_tidy: bool
    derives: bool = True
    asked: frozenset[str] = frozenset()

    def items(self, files: PackageFiles, found: Declared, release: Release) -> Items:
        """Return which items are written for one declaration of that release of error-chain."""
        items = self._items(files, found)
        everything = items.uses >= EVERYTHING - {"extension"}
        uses = items.uses | ({"deref"} if release.derefs and everything else set())
        return replace(
            items,
            uses=uses | self.asked,
            describes_foreign=release.describes_foreign,
            derives=self.derives,
            has_backtraces=release.has_backtraces,
        )

    def _items(self, files: PackageFiles, found: Declared) -> Items:
        path, declaration = found.source.path, found.declaration
        state = _state_name(found)
        is_library = files.is_of_library(path)
        rest = Rest.ATTRIBUTE if is_library else Rest.NONE
        if not self.is_tidy:
            return Items(EVERYTHING, Rest.VARIANT, allows_dead_code=True, state=state)
        shown = files.shown(path, found.site.span, declaration)
        extension = {"extension"} if _uses_extension(files, shown, declaration) else set[str]()
        if is_library:
            return Items((EVERYTHING - {"extension"}) | extension, rest, state=state)
        used = {name for name, words in _USED_BY.items() if files.mentions_word(*words)}
        if declaration.result and files.mentions_word(declaration.result):
            used.add("result")
        return Items(_MINIMAL | used | extension, rest, state=state)

    def declaration_edits(
        self, files: PackageFiles, found: Declared, release: Release
    ) -> tuple[list[Edit], bool]:
        """Return the edits that write out one declaration, and whether the result needs thiserror."""
        written = write(found.source, found.declaration, self.items(files, found, release))
        text = _indented(found.source, found.site.span.start, written.text)
        end = found.call.closing.end
        if found.call.next_text == b";" and found.call.next_span is not None:
            end = found.call.next_span.end
        return [Edit(Span(found.site.span.start, end), text)], written.needs_thiserror


def call_edits(site: Site, name: str) -> list[Edit]:
    """Return the edits for a call of `bail!`, `ensure!` or `quick_main!` where names are kept.

    Raises:
        CallError: it is in a form that is not rewritten.
    """
    call = call_at(site.source, site.span)
    if _is_in_macro(site) and any(b"$" in _text(call, each) for each in call.arguments):
        raise CallError("macro-body", f"a macro hands its own input to `{name}!`")
    if name == "bail":
        return returned(call)
    if name == "ensure":
        return checked(call)
    arm = exit_arm(site.source, call)
    return main_function(call, arm, ['eprint!("{}", error.display_chain());'])


def exit_arm(source: Source, call: Call) -> str:
    """Return the arm of `main` for what the function of a `quick_main!` returns when all is well.

    Raises:
        CallError: that is neither `()` nor `i32`, as far as the file tells.
    """
    argument = source.text(call.arguments[0]).strip() if call.arguments else ""
    text = argument
    if re.fullmatch(r"\w+", argument):
        found = re.search(rf"\bfn\s+{argument}\s*\([^)]*\)\s*->([^{{;]*)", source.content.decode())
        text = found[1] if found else ""
    returns = re.search(r"Result\s*<\s*(\(\s*\)|i32)\s*[,>]", text)
    if returns is None:
        raise CallError("exit-code", "which value the function of `quick_main!` returns is not seen here")
    return "Ok(code) => code," if returns[1] == "i32" else "Ok(()) => 0,"


def _is_in_macro(site: Site) -> bool:
    return any(tree.kind is TreeKind.MACRO_BODY for tree in (site.tree, *site.tree.ancestors()))


def _text(call: Call, span: Span) -> bytes:
    return span.of(call.source.content)


def _uses_extension(files: PackageFiles, shown: frozenset[str], declaration: Declaration) -> bool:
    return "extension" in shown or files.mentions_word("chain_err", declaration.extension)


def _state_name(found: Declared) -> str:
    """Return a name for the struct behind the kind that the file does not use yet."""
    error = found.declaration.error
    is_taken = re.search(rb"\bState\b", found.source.content) is not None
    others = found.source.content.count(b"error_chain!") > 1
    return f"{error}State" if is_taken or others or error != "Error" else "State"


def _is_conditional(site: Site) -> bool:
    """Whether an attribute before the call may decide about it: all but lints and documentation may."""
    before = site.source.content[: site.span.start]
    while (match := _ATTRIBUTE.search(before)) is not None:
        if match["name"] not in _HARMLESS:
            return True
        before = before[: match.start()]
    return False


def _indented(source: Source, at: int, text: str) -> str:
    line = source.text(source.line_span(at))
    margin = line[: len(line) - len(line.lstrip())]
    return indented(text, margin, source.newline).removeprefix(margin)

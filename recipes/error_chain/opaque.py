"""The target for programs whose errors nobody looks into: `anyhow`, with the texts that users see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.recipe import (
    ConversionOf,
    Edit,
    Facts,
    Import,
    ImportEdits,
    Known,
    Role,
    Site,
    Source,
    Span,
    imports_of,
    without_formatting,
)

from .calls import CallError, call_at, main_function, with_anyhow
from .components import CALL, Component, Member
from .declaration import Declaration
from .keeping import Declared, exit_arm

CONVERSION = ConversionOf("call")
ImportsOf = Callable[[Source], ImportEdits]
Remove = Callable[[Source, Import], None]
_CHAIN_TRAIT = """\
/// Shows an error with all of its causes.
pub trait DisplayChain {{
    /// Returns the text of the whole chain: this error, and a line for each of its causes.
    fn display_chain(&self) -> String;
}}

impl DisplayChain for {error} {{
    fn display_chain(&self) -> String {{
        let mut text = format!("Error: {{}}\\n", self);
        for cause in self.chain().skip(1) {{
            text += &format!("Caused by: {{}}\\n", cause);
        }}
        text
    }}
}}"""
_FAILURE = [
    'eprintln!("Error: {}", error);',
    "for cause in error.chain().skip(1) {",
    '    eprintln!("Caused by: {}", cause);',
    "}",
]


def why_not(component: Component, member: Member, facts: Facts) -> str | None:
    """Return what in the package asks for types of its own; None where `anyhow` will do."""
    if member.package.role is not Role.PROGRAM:
        return "it is a library, and its callers name its types"
    found = [component.declarations[site.id] for site, _ in member.macros("error_chain")]
    if len(found) != 1:
        return "it does not declare its errors in one place"
    if member.own_methods("description", facts):
        return "it calls `description()` of its errors"
    return _declares(found[0].declaration) or _looks_into(member, found[0].declaration.kind)


def _declares(declaration: Declaration) -> str | None:
    if declaration.variants or declaration.links:
        return "it declares kinds of errors of its own"
    return None if declaration.has_message else "its errors are not made of texts"


def _looks_into(member: Member, kind: str) -> str | None:
    code = [source for source in member.files.sources.values() if not source.is_manifest]
    found = ((source.path, _look(source, kind)) for source in code)
    return next((f"{path} {look}" for path, look in found if look is not None), None)


def _look(source: Source, kind: str) -> str | None:
    text = source.content.decode()
    is_foreign = any(each.name == kind and each.path[0] == "std" for each in imports_of(source))
    if not is_foreign and re.search(rf"(?<!io::)\b{kind}\b", text):
        return f"names `{kind}`"
    for name in ("from_kind", "with_chain", "with_boxed_chain"):
        if re.search(rf"\b{name}\b", text):
            return f"calls `{name}`"
    if re.search(r"\bfn\s+main\s*\(\s*\)\s*->", text):
        return "returns its error from `main`, which prints `{:?}` of it"
    return None


def converted(member: Member, facts: Facts) -> list[Site]:
    """Return the texts that become errors of the package by `into()`."""
    return [site for site in member.methods("into") if _becomes_error(site, facts)]


def known(member: Member, name: str, facts: Facts) -> list[Site]:
    """Return the calls of a method that the compiler knows for one of the package's own errors."""
    own = member.own_methods(name, facts)
    return [site for site in own if isinstance(facts.about(site.id, CALL), Known)]


def _becomes_error(site: Site, facts: Facts) -> bool:
    """Whether the conversion makes the package's own error; where no build tells, its function does."""
    answer = facts.about(site.id, CONVERSION)
    if isinstance(answer, Known):
        return re.search(r"<.* as Into<crate::", answer.value) is not None
    node = site.node.parent
    while node is not None and node.type not in ("function_item", "closure_expression"):
        node = node.parent
    returns = node.child_by_field_name("return_type") if node is not None else None
    if returns is None:
        return False
    text = site.source.text(Span(returns.start_byte, returns.end_byte))
    return re.fullmatch(r"Result\s*<[^,]*>", text) is not None


@dataclass(frozen=True, slots=True)
class Opaque:
    """Writes one package with `anyhow`."""

    component: Component
    member: Member
    facts: Facts

    def edits(self) -> Iterator[tuple[Source, list[Edit]]]:
        """Yield the edits of code; imports are edited by `imports`.

        Raises:
            CallError: a call is in a form that is not rewritten.
        """
        for site, name in self.member.macros():
            if name == "error_chain":
                yield site.source, self._declaration(self.component.declarations[site.id])
            elif name == "quick_main":
                call = call_at(site.source, site.span)
                yield site.source, main_function(call, exit_arm(site.source, call), _FAILURE)
            else:
                yield site.source, with_anyhow(call_at(site.source, site.span))
        for site in self.member.methods("chain_err"):
            yield site.source, self._context(site)
        for site in converted(self.member, self.facts):
            yield site.source, _message(site)
        for site in known(self.member, "iter", self.facts):
            yield site.source, [Edit(site["name"].span, "chain")]
        for site in known(self.member, "backtrace", self.facts):
            yield site.source, _backtrace(site, self.member.release.has_backtraces)

    def imports(self, edits_of: ImportsOf, remove: Remove) -> None:
        """Edit the imports: error-chain's go, anyhow's come where calls need them."""
        for site, mention in self.member.imports():
            found, edits = mention.origin, edits_of(site.source)
            if found is None:
                continue
            name = mention.path[-1]
            if found.is_extern_crate and site.source.edition == "2015":
                uses_macros = bool(self.member.macros("bail", "ensure"))
                remove(site.source, found)
                edits.add_extern_crate("anyhow", macro_use=found.macro_use is not None and uses_macros)
            elif name in ("bail", "ensure"):
                edits.replace(found, f"anyhow::{name}")
            elif name == "ChainedError" and self._shows_chain:
                edits.replace(found, f"{self._module_path(site.source)}::DisplayChain")
            else:
                remove(site.source, found)
        self._macros(edits_of)
        self._extensions(edits_of, remove)

    def _macros(self, edits_of: ImportsOf) -> None:
        """Import the macros that came by `#[macro_use]`; in the edition 2015 they still do."""
        for site, name in self.member.macros("bail", "ensure"):
            mention = self.member.mentions[site.id]
            is_bare = "::" not in site.source.text(mention.span)
            by_import = mention.origin is not None and not mention.origin.is_extern_crate
            if is_bare and site.source.edition != "2015":
                glob = by_import and mention.origin is not None and mention.origin.is_glob
                if not by_import or glob:
                    edits_of(site.source).add(f"anyhow::{name}", site.span.start)

    def _extensions(self, edits_of: ImportsOf, remove: Remove) -> None:
        name = self._found.declaration.extension
        for source in self.member.files.sources.values():
            for found in imports_of(source) if not source.is_manifest else ():
                if found.path[-1] == name and found.path[0] not in ("anyhow", "failure"):
                    remove(source, found)
        for site in self.member.methods("chain_err"):
            if not self._is_inherent(site):
                edits_of(site.source).add("anyhow::Context", site.span.start, "_")

    @property
    def _found(self) -> Declared:
        site, _ = self.member.macros("error_chain")[0]
        return self.component.declarations[site.id]

    @property
    def _shows_chain(self) -> bool:
        return bool(self.member.methods("display_chain"))

    def _module_path(self, source: Source) -> str:
        found = self._found
        module = self.member.files.module_of(found.source.path, found.site.span)
        prefix = () if source.edition == "2015" and module else ("crate",)
        return "::".join((*prefix, *module))

    def _declaration(self, found: Declared) -> list[Edit]:
        """Return the edit that puts anyhow's types in the place of the declared ones."""
        declaration, files = found.declaration, self.member.files
        pairs = (("Error", declaration.error), ("Result", declaration.result))
        used = [
            new if new == old else f"{new} as {old}"
            for new, old in pairs
            if old and (files.mentions_word(old) or (new == "Error" and self._shows_chain))
        ]
        is_root = not files.module_of(found.source.path, found.site.span)
        lines = _comments(found)
        if used:
            listed = used[0] if len(used) == 1 else f"{{{', '.join(used)}}}"
            lines.append(f"{'' if is_root else 'pub '}use anyhow::{listed};")
        if self._shows_chain:
            lines += ["", *_CHAIN_TRAIT.format(error=declaration.error).split("\n")]
        return [_replacing(found, lines)]

    def _context(self, site: Site) -> list[Edit]:
        call = site["call"].nodes[0]
        name = site["name"]
        arguments = call.child_by_field_name("arguments")
        given = [each for each in arguments.named_children if "comment" not in each.type] if arguments else []
        if len(given) != 1 or "::" in site.text[: len(name.text) + 2]:
            raise CallError("unparsed", "this `chain_err` has not one argument")
        argument = given[0]
        if argument.type != "closure_expression":
            return [Edit(name.span, "with_context")]
        body = argument.child_by_field_name("body")
        if body is None:
            raise CallError("unparsed", "this `chain_err` is not understood")
        prefix = Span(argument.start_byte, body.start_byte)
        if self._is_inherent(site) or body.type in ("string_literal", "raw_string_literal"):
            return [Edit(name.span, "context"), Edit(prefix, "")]
        edits = [Edit(name.span, "with_context")]
        if body.type in ("identifier", "reference_expression", "field_expression", "unary_expression"):
            text = site.source.text(Span(body.start_byte, body.end_byte))
            edits.append(Edit(Span(body.start_byte, body.end_byte), f"String::from({text})"))
        return edits

    def _is_inherent(self, site: Site) -> bool:
        """Whether the method is the one of the error itself, not of the trait for results."""
        answer = self.facts.about(site.id, CALL)
        return isinstance(answer, Known) and "{impl}" in answer.value


def _message(site: Site) -> list[Edit]:
    """Return the edits that make an error of anyhow of a text: braces of a literal double."""
    function = site["call"].nodes[0].child_by_field_name("function")
    value = function.child_by_field_name("value") if function is not None else None
    if value is None:
        raise CallError("unparsed", "this conversion is not understood")
    end = Edit(Span(value.end_byte, site.span.end), "")
    if value.type == "macro_invocation":
        name = Span(value.start_byte, value.start_byte + len("format"))
        return [Edit(name, "anyhow::anyhow"), end]
    span = Span(value.start_byte, value.end_byte)
    literal = without_formatting(site.source.text(span))
    return [Edit(span, f"anyhow::anyhow!({literal})"), end]


def _backtrace(site: Site, is_shown: bool) -> list[Edit]:
    """Return the edits after which a call gives a backtrace only where there was one."""
    call = site["call"].span
    if not is_shown:
        return [Edit(call, "None::<&std::backtrace::Backtrace>")]
    only = ".filter(|it| it.status() == std::backtrace::BacktraceStatus::Captured)"
    return [Edit(Span(call.start, call.start), "Some("), Edit(Span(call.end, call.end), f"){only}")]


def _comments(found: Declared) -> list[str]:
    """Return the comments that the declaration holds: they stay."""
    declaration = found.declaration
    links = [text for link in declaration.foreign_links for text in (*link.leading, link.trailing) if text]
    return [text for text in (*declaration.comments, *links) if text.startswith("/")]


def _replacing(found: Declared, lines: list[str]) -> Edit:
    source, start, end = found.source, found.site.span.start, found.call.closing.end
    if found.call.next_text == b";" and found.call.next_span is not None:
        end = found.call.next_span.end
    line = source.text(source.line_span(start))
    margin = line[: len(line) - len(line.lstrip())]
    text = source.newline.join(f"{margin}{each}" if each else "" for each in lines)
    return Edit(Span(start, end), text.removeprefix(margin))

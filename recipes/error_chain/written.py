"""The items that `error_chain!` made, written out: same names, same texts, same chain of sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import indent

from codemods.recipe import Source, string_value

from .declaration import Declaration, Link, Shape, Variant
from .display import LINE_BREAK, Writer

_BOXED = "Box<dyn std::error::Error + Send>"
EVERYTHING = frozenset(
    {
        "from_kind",
        "with_chain",
        "with_boxed_chain",
        "kind",
        "iter",
        "chain_err",
        "description",
        "kind_from_error",
        "extension",
        "result",
        "message",
    }
)
"""What an API keeps. `display_chain` came from a trait of the crate: it is written where it is called."""


class Rest(StrEnum):
    """What stands for the hidden variant that kept callers from listing all kinds."""

    NONE = "none"
    ATTRIBUTE = "attribute"  # `#[non_exhaustive]`
    VARIANT = "variant"  # the variant itself, as the macro wrote it


@dataclass(frozen=True, slots=True)
class Items:
    """Which items are written.

    `uses` are words of `EVERYTHING`, "display_chain" and "deref". `allows_dead_code` marks methods as the
    macro did, `state` names the struct that holds the next error of the chain. `describes_foreign`: the
    description of a foreign error is its own. `derives`: thiserror prints kinds where it can.
    """

    uses: frozenset[str] = EVERYTHING
    rest: Rest = Rest.ATTRIBUTE
    allows_dead_code: bool = False
    state: str = "State"
    describes_foreign: bool = False
    derives: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """The text of the items, without indentation; whether it needs thiserror."""

    text: str
    needs_thiserror: bool


def write(source: Source, declaration: Declaration, items: Items) -> Written:
    """Return the items of `declaration`, whose clauses stand in `source`, for `indented`."""
    writer = _Written(source, declaration, items)
    return Written("\n\n".join(writer.blocks()), writer.derives)


def indented(text: str, margin: str, newline: str) -> str:
    """Return a written text with `margin` before its lines, and the line breaks of its strings put back."""
    # Texts from a file with other line breaks bring theirs.
    lines = [f"{margin}{line}" if line else "" for line in text.replace("\r\n", "\n").split("\n")]
    return newline.join(lines).replace(LINE_BREAK, newline)


@dataclass
class _Written:
    source: Source
    declaration: Declaration
    items: Items
    derives: bool = field(init=False)
    texts: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.texts = Writer(self.source, self.declaration.kind)
        self.derives = self.items.derives and self._can_derive()

    def blocks(self) -> Iterator[str]:
        """Yield the items in the order in which a reader wants them."""
        if self.declaration.comments:
            yield "\n".join(self.declaration.comments)
        yield self._error()
        yield self._state()
        yield self._methods()
        yield self._display_of_error()
        yield self._std_error()
        if "deref" in self.items.uses:
            yield self._deref()
        yield from self._conversions()
        yield self._kind()
        if not self.derives:
            yield self._display_of_kind()
        if "description" in self.items.uses:
            yield self._descriptions()
        yield from self._conversions_of_kind()
        if "extension" in self.items.uses:
            yield from self._extension()
        if self.declaration.result and "result" in self.items.uses:
            yield (
                "/// Convenient wrapper around `std::result::Result`.\n"
                f"pub type {self.declaration.result}<T> = std::result::Result<T, {self.declaration.error}>;"
            )

    # The error.

    def _error(self) -> str:
        return _lines(
            "/// An error: what kind it is of, and what caused it.",
            "#[derive(Debug)]",
            f"pub struct {self.declaration.error}(",
            "    /// The kind of the error.",
            f"    pub {self.declaration.kind},",
            "    /// The error that caused this one.",
            "    #[doc(hidden)]",
            f"    pub {self.items.state},",
            ");",
        )

    def _state(self) -> str:
        return _lines(
            "/// What an error holds beside its kind.",
            "#[doc(hidden)]",
            "#[derive(Debug)]",
            f"pub struct {self.items.state} {{",
            "    /// The next error in the chain.",
            f"    pub next_error: Option<{_BOXED}>,",
            "}",
        )

    def _methods(self) -> str:
        methods = [text for name, text in self._each_method() if name in self.items.uses]
        mark = "#[allow(dead_code)]\n" if self.items.allows_dead_code else ""
        body = "\n\n".join(indent(text, "    ") for text in methods)
        return f"{mark}impl {self.declaration.error} {{\n{body}\n}}"

    def _each_method(self) -> Iterator[tuple[str, str]]:
        error, kind, state = self.declaration.error, self.declaration.kind, self.items.state
        chained = [f"{error}::with_boxed_chain(Box::new(error), kind)"]
        if "with_boxed_chain" not in self.items.uses:
            chained = _chained(error, state, "Box::new(error)")
        yield (
            "from_kind",
            _lines(
                "/// Constructs an error from a kind.",
                f"pub fn from_kind(kind: {kind}) -> {error} {{",
                f"    {error}(kind, {state} {{ next_error: None }})",
                "}",
            ),
        )
        yield (
            "with_chain",
            _lines(
                "/// Constructs a chained error from another error and a kind.",
                f"pub fn with_chain<E, K>(error: E, kind: K) -> {error}",
                "where",
                "    E: std::error::Error + Send + 'static,",
                f"    K: Into<{kind}>,",
                "{",
                *(f"    {line}" for line in chained),
                "}",
            ),
        )
        yield (
            "with_boxed_chain",
            _lines(
                "/// Constructs a chained error from another boxed error and a kind.",
                *_signature(f"pub fn with_boxed_chain<K>(error: {_BOXED}, kind: K) -> {error}"),
                "where",
                f"    K: Into<{kind}>,",
                "{",
                *(f"    {line}" for line in _chained(error, state, "error")),
                "}",
            ),
        )
        yield (
            "kind",
            _lines(
                "/// Returns the kind of the error.",
                f"pub fn kind(&self) -> &{kind} {{",
                "    &self.0",
                "}",
            ),
        )
        yield (
            "iter",
            _lines(
                "/// Iterates over the error chain, this error first.",
                "pub fn iter(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {",
                "    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(self);",
                "    std::iter::from_fn(move || {",
                "        let error = next?;",
                "        next = error.source();",
                "        Some(error)",
                "    })",
                "}",
            ),
        )
        yield (
            "display_chain",
            _lines(
                "/// Returns the text of the whole chain: this error, and a line for each of its causes.",
                "pub fn display_chain(&self) -> String {",
                '    let mut text = format!("Error: {}\\n", self);',
                "    let mut cause = std::error::Error::source(self);",
                "    while let Some(error) = cause {",
                '        text += &format!("Caused by: {}\\n", error);',
                "        cause = error.source();",
                "    }",
                "    text",
                "}",
            ),
        )
        yield (
            "chain_err",
            _lines(
                "/// Extends the error chain with a new entry.",
                f"pub fn chain_err<F, EK>(self, error: F) -> {error}",
                "where",
                "    F: FnOnce() -> EK,",
                f"    EK: Into<{kind}>,",
                "{",
                f"    {error}::with_chain(self, error())",
                "}",
            ),
        )
        yield (
            "description",
            _lines(
                "/// A short description of the error.",
                "pub fn description(&self) -> &str {",
                "    self.0.description()",
                "}",
            ),
        )

    def _display_of_error(self) -> str:
        return _lines(
            f"impl std::fmt::Display for {self.declaration.error} {{",
            "    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {",
            "        std::fmt::Display::fmt(&self.0, f)",
            "    }",
            "}",
        )

    def _std_error(self) -> str:
        body = indent(self._source(), "    ")
        if "description" in self.items.uses:
            description = _lines("fn description(&self) -> &str {", "    self.0.description()", "}")
            body = f"{indent(description, '    ')}\n\n{body}"
        return f"impl std::error::Error for {self.declaration.error} {{\n{body}\n}}"

    def _source(self) -> str:
        """Return the method: the next error, else what a foreign error says itself."""
        head = "fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {"
        if not self.declaration.foreign_links:
            return _lines(head, "    self.1.next_error.as_ref().map(|error| error.as_ref() as _)", "}")
        rest = ["        None => std::error::Error::source(&self.0),"]
        if not self.derives:
            rest = ["        None => match &self.0 {"]
            for link in self.declaration.foreign_links:
                rest += (f"            {text}" for text in _conditions(link))
                path = f"{self.declaration.kind}::{link.name}(error)"
                rest.append(f"            {path} => std::error::Error::source(error),")
            rest += ["            _ => None,", "        },"]
        return _lines(
            head,
            "    match &self.1.next_error {",
            "        Some(error) => Some(error.as_ref()),",
            *rest,
            "    }",
            "}",
        )

    def _deref(self) -> str:
        return _lines(
            f"impl std::ops::Deref for {self.declaration.error} {{",
            f"    type Target = {self.declaration.kind};",
            "",
            "    fn deref(&self) -> &Self::Target {",
            "        &self.0",
            "    }",
            "}",
        )

    def _conversions(self) -> Iterator[str]:
        error, kind = self.declaration.error, self.declaration.kind
        yield _conversion(kind, error, "kind", f"{error}::from_kind(kind)")
        if self._converts_text:
            yield _conversion("&str", error, "message", f"{error}::from_kind(message.into())")
            yield _conversion("String", error, "message", f"{error}::from_kind(message.into())")
        for link in self.declaration.links:
            value = _lines(
                f"{error}(",
                f"    {kind}::{link.name}(error.0),",
                f"    {self.items.state} {{",
                "        next_error: error.1.next_error,",
                "    },",
                ")",
            )
            yield _conditional(link, _conversion(link.error, error, "error", value))
        for link in self.declaration.foreign_links:
            value = f"{error}::from_kind({kind}::{link.name}(error))"
            yield _conditional(link, _conversion(link.error, error, "error", value))

    # Its kind.

    def _kind(self) -> str:
        derive = "#[derive(Debug, thiserror::Error)]" if self.derives else "#[derive(Debug)]"
        mark = ["#[non_exhaustive]"] if self.items.rest is Rest.ATTRIBUTE else []
        body = [indent(text, "    ") for text in self._variants()]
        return _lines(
            "/// The kind of an error.", derive, *mark, f"pub enum {self.declaration.kind} {{", *body, "}"
        )

    def _variants(self) -> Iterator[str]:
        if self.declaration.has_message:
            lead = ["/// A convenient variant for String."]
            yield _lines(*lead, *self._attribute('"{0}"'), "Msg(String),")
        for link in self.declaration.links:
            yield self._link(link, link.kind, '"{0}"')
        for link in self.declaration.foreign_links:
            yield self._link(link, link.error, "transparent")
        for variant in self.declaration.variants:
            attribute = self.texts.attribute(variant) if self.derives else None
            lead = [_documented(text) for text in variant.leading]
            yield _lines(
                *lead, *([attribute] if attribute else []), _behind(_variant(variant), variant.trailing)
            )
        if self.items.rest is Rest.VARIANT:
            yield _lines("#[doc(hidden)]", *self._attribute('""'), "__Nonexhaustive {},")

    def _link(self, link: Link, type: str, content: str) -> str:
        lead = [_documented(text) for text in link.leading]
        return _lines(*lead, *self._attribute(content), _behind(f"{link.name}({type}),", link.trailing))

    def _attribute(self, content: str) -> list[str]:
        return [f"#[error({content})]"] if self.derives else []

    def _can_derive(self) -> bool:
        """Whether thiserror prints each variant as it was, and takes no field for something else."""
        has_some = self.declaration.has_message or self.declaration.variants
        types = [field.type for variant in self.declaration.variants for field in variant.fields]
        types += [
            link.kind or link.error for link in (*self.declaration.links, *self.declaration.foreign_links)
        ]
        if not has_some or any(re.search(r"\bBacktrace\s*$", type) for type in types):
            return False
        return all(self.texts.attribute(variant) is not None for variant in self.declaration.variants)

    def _display_of_kind(self) -> str:
        kind, names = self.declaration.kind, self._field_names()
        formatter = "f" if "f" not in names else "formatter"
        arms: list[str] = []
        if self.declaration.has_message:
            arms.append(f'{kind}::Msg(message) => write!({formatter}, "{{}}", message),')
        for link in (*self.declaration.links, *self.declaration.foreign_links):
            arm = f'{kind}::{link.name}(error) => write!({formatter}, "{{}}", error),'
            arms += [*_conditions(link), arm]
        for variant in self.declaration.variants:
            arms += [*_conditions(variant), self.texts.display_arm(variant, formatter)]
        if self.items.rest is Rest.VARIANT:
            arms.append(f"{kind}::__Nonexhaustive {{}} => Ok(()),")
        head = f"fn fmt(&self, {formatter}: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{"
        return _match(f"impl std::fmt::Display for {kind} {{", [head], arms)

    def _descriptions(self) -> str:
        kind = self.declaration.kind
        arms = [f"{kind}::Msg(message) => message,"] if self.declaration.has_message else []
        for link in self.declaration.links:
            arms += [*_conditions(link), f"{kind}::{link.name}(error) => error.description(),"]
        for link in self.declaration.foreign_links:
            arm = f'{kind}::{link.name}(_) => "",'
            if self.items.describes_foreign:
                arm = f"{kind}::{link.name}(error) => std::error::Error::description(error),"
            arms += [*_conditions(link), arm]
        for variant in self.declaration.variants:
            arms += [*_conditions(variant), self.texts.description_arm(variant)]
        if self.items.rest is Rest.VARIANT:
            arms.append(f'{kind}::__Nonexhaustive {{}} => "",')
        asks = self.items.describes_foreign and self.declaration.foreign_links
        head = [
            "/// A string describing the error kind.",
            *(["#[allow(deprecated)]"] if asks else []),
            "pub fn description(&self) -> &str {",
        ]
        mark = "#[allow(dead_code)]\n" if self.items.allows_dead_code else ""
        return mark + _match(f"impl {kind} {{", head, arms)

    def _conversions_of_kind(self) -> Iterator[str]:
        error, kind = self.declaration.error, self.declaration.kind
        if self._converts_text:
            yield _conversion("&str", kind, "message", f"{kind}::Msg(message.into())")
            yield _conversion("String", kind, "message", f"{kind}::Msg(message)")
        for link in self.declaration.links:
            value = f"{kind}::{link.name}(kind)"
            yield _conditional(link, _conversion(link.kind, kind, "kind", value))
        if "kind_from_error" in self.items.uses:
            yield _conversion(error, kind, "error", "error.0")

    @property
    def _converts_text(self) -> bool:
        return self.declaration.has_message and "message" in self.items.uses

    # The trait that gives `Result` and `Option` the method `chain_err`.

    def _extension(self) -> Iterator[str]:
        name, error, kind = self.declaration.extension, self.declaration.error, self.declaration.kind
        head = [
            f"fn chain_err<F, EK>(self, callback: F) -> std::result::Result<T, {error}>",
            "where",
            "    F: FnOnce() -> EK,",
            f"    EK: Into<{kind}>",
        ]
        yield _lines(
            "/// Additional methods for `Result` and `Option`, for easy interaction with this crate.",
            f"pub trait {name}<T> {{",
            "    /// Makes an error of what `callback` returns, and chains the old error to it.",
            *(f"    {line}" for line in head[:-1]),
            f"    {head[-1]};",
            "}",
        )
        bodies = (
            (
                f"impl<T, E> {name}<T> for std::result::Result<T, E>\nwhere\n"
                "    E: std::error::Error + Send + 'static,\n{",
                f"self.map_err(|error| {error}::with_chain(error, callback()))",
            ),
            (
                f"impl<T> {name}<T> for Option<T> {{",
                f"self.ok_or_else(|| {error}::from_kind(callback().into()))",
            ),
        )
        for opening, body in bodies:
            yield _lines(
                opening,
                *(f"    {line}" for line in head[:-1]),
                f"    {head[-1]},",
                "    {",
                f"        {body}",
                "    }",
                "}",
            )

    def _field_names(self) -> set[str]:
        return {field.name for variant in self.declaration.variants for field in variant.fields}


def _lines(*lines: str) -> str:
    return "\n".join(lines)


def _signature(text: str) -> list[str]:
    """Return a signature in one line, or with its parameters below each other, as rustfmt would."""
    if len(text) <= 96:
        return [text]
    head, _, rest = text.partition("(")
    parameters, _, result = rest.rpartition(") -> ")
    return [f"{head}(", *(f"    {each}," for each in parameters.split(", ")), f") -> {result}"]


def _chained(error: str, state: str, value: str) -> list[str]:
    """Return the expression that makes an error of `kind` with `value`, a box, behind it."""
    return [
        f"{error}(",
        "    kind.into(),",
        f"    {state} {{",
        f"        next_error: Some({value}),",
        "    },",
        ")",
    ]


def _match(opening: str, head: list[str], arms: list[str]) -> str:
    return _lines(
        opening,
        *(f"    {line}" for line in head),
        "        match self {",
        *(indent(arm, "            ") for arm in arms),
        "        }",
        "    }",
        "}",
    )


def _conversion(of: str, to: str, name: str, value: str) -> str:
    return _lines(
        f"impl From<{of}> for {to} {{",
        f"    fn from({name}: {of}) -> Self {{",
        indent(value, "        "),
        "    }",
        "}",
    )


def _conditions(of: Link | Variant) -> list[str]:
    """Return the attributes that must stand wherever it is mentioned: all but documentation."""
    return [text for text in of.attributes if not _is_documentation(text)]


def _conditional(link: Link, item: str) -> str:
    return _lines(*_conditions(link), item)


def _is_documentation(attribute: str) -> bool:
    return attribute.startswith("/") or re.match(r"#\s*\[\s*doc\b", attribute) is not None


def _documented(attribute: str) -> str:
    """Return `#[doc = "text"]` as a doc comment where it is one line, else the attribute as it is."""
    match = re.fullmatch(r'#\s*\[\s*doc\s*=\s*("(?:[^"\\]|\\.)*")\s*\]', attribute)
    text = string_value(match[1]) if match else "\n"
    if "\n" in text:
        return attribute
    return f"///{text}" if text.startswith(" ") else f"/// {text}".rstrip()


def _variant(variant: Variant) -> str:
    if variant.shape is Shape.UNIT:
        return f"{variant.name},"
    if variant.shape is Shape.TUPLE:
        return f"{variant.name}({', '.join(field.type for field in variant.fields)}),"
    listed = [f"{_field_name(field.name)}: {field.type}" for field in variant.fields]
    short = f"{variant.name} {{ {', '.join(listed)} }},"
    return (
        short
        if len(short) <= 60
        else _lines(f"{variant.name} {{", *(f"    {each}," for each in listed), "},")
    )


def _field_name(name: str) -> str:
    """Return the name as thiserror does not take it for the cause of the error."""
    return "r#source" if name == "source" else name


def _behind(text: str, comment: str) -> str:
    return f"{text} {comment}" if comment else text

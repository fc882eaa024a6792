"""How one declaration is written without the macro: what thiserror derives, what is spelled out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from codemods.recipe import Source

from .declarations import Clause, Declaration, Shape, Variant
from .expressions import code_tokens, names_in, rewritten
from .messages import Message, message_of

_BOXED = re.compile(
    r"(::\s*)?(\w+\s*::\s*)*(Box|Rc|Arc)\s*<\s*(dyn\b.*|(::\s*)?std::error::Error\b.*)>", re.DOTALL
)

_BACKTRACE = re.compile(r"\bBacktrace\s*$")
# Types that are no errors, so that `#[from]` cannot stand at them.
_NO_ERROR = re.compile(
    r"[(&\[]|(std::string::)?String\b|(Vec|Option|str|bool|char|[iu](8|16|32|64|128|size)|f32|f64)\b"
)


@dataclass(frozen=True, slots=True)
class Release:
    """What a release of quick-error makes of a declaration.

    Up to 1.2.2 it implements `description`, and prints that where there is no `display`. Until 2.0 errors
    have a `cause` and no `source`.
    """

    describes: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings and the package ask for.

    `adds_sources`: `from()` without a source gets one. `keeps_description`: `Error::description` says what it
    did. `may_derive`: thiserror can be used here. `may_say_from`: its `#[from]` can, which in edition 2015
    looks for `::core` in the crate's root.
    """

    adds_sources: bool = False
    keeps_description: bool = True
    may_derive: bool = True
    may_say_from: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """The source of a variant's errors: a field as it is, or (`field` is None) the value of `expression`."""

    field: int | None
    expression: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One variant: what it prints, what it points at, and whether `#[from]` serves for its `from()`."""

    variant: Variant
    message: Message
    link: Link | None
    has_from: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """How the declaration is written.

    `derives`: with `derive(thiserror::Error)`; else `impl Error` is spelled out, as is `impl Display` where
    `displays` is not set. `describes`: `impl Error` has a `description`.
    """

    declaration: Declaration
    parts: tuple[Part, ...]
    derives: bool
    displays: bool
    describes: bool
    says_from: bool

    @property
    def is_debug_throughout(self) -> bool:
        """Whether every variant prints its Debug text, so that one attribute says it for all."""
        return bool(self.parts) and all(part.message.is_debug for part in self.parts)


def design_of(source: Source, declaration: Declaration, release: Release, policy: Policy) -> Design:
    """Return how to write `declaration`, as `release` understands it."""
    parts = tuple(_part(source, variant, release, policy) for variant in declaration.variants)
    describes = release.describes and policy.keeps_description
    is_derivable = policy.may_derive and not describes and all(_is_derivable(source, part) for part in parts)
    displays = is_derivable and all(part.message.attribute is not None for part in parts)
    has_links = any(part.link is not None or part.has_from for part in parts)
    derives = is_derivable and (displays or has_links)
    says_from = derives and policy.may_say_from
    if not says_from:
        parts = tuple(_without_from(part) for part in parts)
    return Design(declaration, parts, derives, displays, describes, says_from)


def _part(source: Source, variant: Variant, release: Release, policy: Policy) -> Part:
    clause = variant.clause("source", "cause")
    link = _link(source, variant, clause) if clause is not None else None
    has_from = _may_have_from(source, variant, link, policy)
    return Part(variant, message_of(source, variant, release.describes), link, has_from)


def _link(source: Source, variant: Variant, clause: Clause) -> Link:
    code = code_tokens(source.content, clause.input)
    expression = rewritten(source.content, code, {}, is_attribute=False) or ""
    used = names_in(code, [field.name for field in variant.fields])
    field = variant.position(expression)
    if field is None and len(used) == 1 and _is_inside_of_box(source, variant, used[0], expression):
        field = variant.position(used[0])
    return Link(field, expression, used)


def _is_inside_of_box(source: Source, variant: Variant, name: str, expression: str) -> bool:
    """Whether the expression points at the trait object in a box, as thiserror does by itself."""
    position = variant.position(name)
    if position is None or _BOXED.fullmatch(source.text(variant.fields[position].type)) is None:
        return False
    return "".join(expression.split()) in (f"&**{name}", f"{name}.as_ref()", f"{name}.deref()")


def _may_have_from(source: Source, variant: Variant, link: Link | None, policy: Policy) -> bool:
    """Whether `#[from]` is what its `from()` means: it makes the field the source, too."""
    if not has_bare_from(variant):
        return False
    if link is not None:
        return link.field == 0
    return policy.adds_sources and _NO_ERROR.match(source.text(variant.fields[0].type)) is None


def _without_from(part: Part) -> Part:
    """Return the part with `From` to be written out; a source that `#[from]` would give stays."""
    link = part.link
    if part.has_from and link is None:
        link = Link(0, part.variant.fields[0].name, (part.variant.fields[0].name,))
    return replace(part, link=link, has_from=False)


def has_bare_from(variant: Variant) -> bool:
    """Whether the variant is made of its only field by `from()`."""
    bare = [clause for clause in variant.all_of("from") if len(clause.input) == 0 and clause.output is None]
    return bool(bare) and variant.shape is Shape.TUPLE and len(variant.fields) == 1


def _is_derivable(source: Source, part: Part) -> bool:
    """Whether thiserror finds the variant's source, and no other one.

    It would take a field for more than it is by its name, or by the name of its type.
    """
    if part.link is not None and part.link.field is None:
        return False
    for index, field in enumerate(part.variant.fields):
        is_source = part.link is not None and part.link.field == index
        if field.name == "source" and part.variant.shape is Shape.STRUCT and not is_source:
            return False
        if _BACKTRACE.search(source.text(field.type)):
            return False
    return True

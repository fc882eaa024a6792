"""Types as texts: how the compiler's are written down here, and how a recipe's pattern is compared to one.

A type is written with full paths, without lifetimes and without std's default parameters:
`std::collections::HashMap<std::string::String, crate::net::Peer>`. What a crate defines itself begins with
`crate::`; what `core` and `alloc` define is called `std`, like the names one writes; `T` is a type parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.errors import CodemodError

# What one may write without its path: the prelude, and names of std that nothing else is called in practice.
_SHORT = {
    "Arc": "std::sync::Arc",
    "BTreeMap": "std::collections::BTreeMap",
    "BTreeSet": "std::collections::BTreeSet",
    "Box": "std::boxed::Box",
    "Cell": "std::cell::Cell",
    "HashMap": "std::collections::HashMap",
    "HashSet": "std::collections::HashSet",
    "Mutex": "std::sync::Mutex",
    "MutexGuard": "std::sync::MutexGuard",
    "Option": "std::option::Option",
    "PathBuf": "std::path::PathBuf",
    "Rc": "std::rc::Rc",
    "Ref": "std::cell::Ref",
    "RefCell": "std::cell::RefCell",
    "RefMut": "std::cell::RefMut",
    "Result": "std::result::Result",
    "RwLock": "std::sync::RwLock",
    "Send": "std::marker::Send",
    "String": "std::string::String",
    "Sync": "std::marker::Sync",
    "Vec": "std::vec::Vec",
    "VecDeque": "std::collections::VecDeque",
}
_NUMBERS = frozenset(f"{kind}{bits}" for kind in "iu" for bits in (8, 16, 32, 64, 128, "size"))
PRIMITIVES = _NUMBERS | {"bool", "char", "str", "f16", "f32", "f64", "f128", "!"}
DEFAULTS = frozenset({"std::alloc::Global", "std::hash::RandomState"})
_TOKEN = re.compile(
    r"\s*(?:(?P<word>(?:r#)?[A-Za-z_$\u0080-\U0010ffff][\w$]*)|(?P<number>\d+(?:_usize)?)|(?P<life>'\{?\w+\}?)"
    r"|(?P<mark>::|->|\.\.\.|\"[^\"]*\"|[<>()\[\]{},;&*+!=?/#:-]))"
)


class TypeTextError(CodemodError):
    """A text that should be a type is none that is understood here."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `name` is a path, or `&`, `&mut`, `*const`, `*mut`, `()`, `[]`, `[;]`, `fn`, `dyn`, `_`.

    `arguments` are its parameters, fields, elements (of `[;]` the length, too), bounds; of `fn` the
    result is the last. `_` in a pattern is any type.
    """

    name: str
    arguments: tuple[Type, ...] = ()

    def __str__(self) -> str:
        return _written(self)


ANYTHING = Type("_")


def type_of(text: str) -> Type:
    """Return the type that `text` writes with full paths; lifetimes and std's default parameters are dropped.

    Raises:
        TypeTextError: it is in a form that is not understood.
    """
    reader = _Reader(text)
    found = reader.type()
    reader.end()
    return found


def pattern_of(text: str) -> Type:
    """Return the type pattern that `text` is: a type in which `_` stands for anything.

    Names of the prelude and of std's cells and collections may be written without their path; others
    need it, from a crate's name or `crate`.

    Raises:
        TypeTextError: it is no type, or a name in it needs a path.
    """
    return _with_full_names(type_of(text), text)


def matches(pattern: Type, found: Type) -> bool:
    """Whether `found` is what `pattern` says; a pattern without `<…>` takes any parameters."""
    if pattern.name == "_":
        return True
    if pattern.name != found.name:
        return False
    if not pattern.arguments and "::" in pattern.name:
        return True
    return len(pattern.arguments) == len(found.arguments) and all(
        map(matches, pattern.arguments, found.arguments)
    )


def parameters(found: Type) -> Iterator[str]:
    """Yield the names of type parameters in `found`: single names that are no primitive."""
    if found.name.isidentifier() and found.name not in PRIMITIVES and found.name not in ("fn", "dyn", "_"):
        yield found.name
    for each in found.arguments:
        yield from parameters(each)


def _with_full_names(found: Type, text: str) -> Type:
    name = _SHORT.get(found.name, found.name)
    simple = name.isidentifier() and name not in PRIMITIVES and name not in ("fn", "dyn", "_")
    if simple and not name.isnumeric():
        raise TypeTextError(
            f"`{name}` in the type `{text}` needs its path",
            hint="Write it from the crate's name or from `crate`: `failure::Error`, `crate::net::Peer`.",
        )
    arguments = [_with_full_names(each, text) for each in found.arguments]
    return Type(name, tuple(sorted(arguments, key=str) if name == "dyn" else arguments))


def _written(found: Type) -> str:
    inner = [str(each) for each in found.arguments]
    if found.name == "fn":
        result = "" if inner[-1] == "()" else f" -> {inner[-1]}"
        return f"fn({', '.join(inner[:-1])}){result}"
    if found.name in _FORMS:
        return _FORMS[found.name](inner)
    return f"{found.name}<{', '.join(inner)}>" if inner else found.name


_FORMS: dict[str, Callable[[list[str]], str]] = {
    "&": lambda inner: f"&{_bracketed(inner[0])}",
    "&mut": lambda inner: f"&mut {_bracketed(inner[0])}",
    "*const": lambda inner: f"*const {_bracketed(inner[0])}",
    "*mut": lambda inner: f"*mut {_bracketed(inner[0])}",
    "()": lambda inner: f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})",
    "[]": lambda inner: f"[{inner[0]}]",
    "[;]": lambda inner: f"[{inner[0]}; {inner[1]}]",
    "dyn": lambda inner: f"dyn {' + '.join(inner)}",
}


def _bracketed(pointee: str) -> str:
    return f"({pointee})" if pointee.startswith("dyn ") and " + " in pointee else pointee


class _Reader:
    """Reads one type; anything that it does not know is an error."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def type(self) -> Type:
        token = self._next()
        special = {
            "&": self._reference,
            "*": self._pointer,
            "(": self._tuple,
            "[": self._array,
            "fn": self._function,
            "dyn": self._bounds,
        }
        if token in special:
            return special[token]()
        return Type(token) if token in ("!", "_") else self._path(token)

    def end(self) -> None:
        if self.at != len(self.tokens):
            raise self._error()

    def _reference(self) -> Type:
        self._lifetime()
        return Type("&mut" if self._skip("mut") else "&", (self.type(),))

    def _pointer(self) -> Type:
        kind = self._next()
        if kind not in ("const", "mut"):
            raise self._error()
        return Type(f"*{kind}", (self.type(),))

    def _tuple(self) -> Type:
        elements, had_comma = self._several(")")
        return elements[0] if len(elements) == 1 and not had_comma else Type("()", elements)

    def _array(self) -> Type:
        element = self.type()
        if self._skip("]"):
            return Type("[]", (element,))
        self._expect(";")
        length = self._next().removesuffix("_usize")
        self._expect("]")
        return Type("[;]", (element, Type(length)))

    def _function(self) -> Type:
        self._expect("(")
        arguments, _ = self._several(")")
        result = self.type() if self._skip("->") else Type("()")
        return Type("fn", (*arguments, result))

    def _bounds(self) -> Type:
        bounds: dict[Type, None] = {}
        while True:
            if not self._lifetime():
                bounds[self.type()] = None
            if not self._skip("+"):
                return Type("dyn", tuple(sorted(bounds, key=str)))

    def _path(self, first: str) -> Type:
        if first == "::":
            first = self._next()
        if not first.removeprefix("r#").isidentifier():
            raise self._error()
        segments = [first]
        while self._peek() == "::" and self._peek(1) != "<":
            self.at += 1
            segments.append(self._next())
        self._skip("::")
        arguments = self._several(">")[0] if self._skip("<") else ()
        name = "::".join(segments)
        if segments[0] in ("core", "alloc") and len(segments) > 1:
            name = "::".join(["std", *segments[1:]])
        while arguments and str(arguments[-1]) in DEFAULTS:
            arguments = arguments[:-1]
        return Type(name, arguments)

    def _several(self, close: str) -> tuple[tuple[Type, ...], bool]:
        found: list[Type] = []
        had_comma = False
        while not self._skip(close):
            if not self._lifetime():
                found.append(self._argument())
            if self._peek() == ",":
                had_comma = True
                self.at += 1
            elif self._peek() != close:
                raise self._error()
        return tuple(found), had_comma

    def _argument(self) -> Type:
        if (self._peek() or "")[:1].isdigit():
            return Type(self._next().removesuffix("_usize"))
        return self.type()

    def _lifetime(self) -> bool:
        if (self._peek() or "").startswith("'"):
            self.at += 1
            return True
        return False

    def _peek(self, ahead: int = 0) -> str | None:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def _next(self) -> str:
        token = self._peek()
        if token is None:
            raise self._error()
        self.at += 1
        return token

    def _skip(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self.at += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._skip(token):
            raise self._error()

    def _error(self) -> TypeTextError:
        return TypeTextError(f"this is no type that is understood here: {self.text}")


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise TypeTextError(f"this is no type that is understood here: {text}")
        at = found.end()
        yield found[0].strip()

"""Read types and definitions as rustc's dumps write them, and tell whose names they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from codemods.cargo.typed_dump import DumpError
from codemods.rust.types import DEFAULTS, Type

_LIFETIME = r"'(?:\{\w+\}|\^\d+(?:\.Named\(DefId\([^)]*\)\)|\.\w+(?:\([^)]*\))?)?|\?\d+|\w+(?:/#\d+)?)"
_DEFINITION = r"DefId\((?P<crate>\d+):\d+ ~ (?P<name>[^)]*)\)"
_PATH = r"(?:r#)?[A-Za-z_]\w*(?:::(?:r#)?[A-Za-z_]\w*)*"
_ANY_DEFINITION = re.compile(_DEFINITION)
_HASH = re.compile(r"\[[0-9a-f]+\]")
_LOCAL = "0"
STD = frozenset({"std", "core", "alloc"})

# Types that nobody can write: what they are is known, what they are called is not.
IMPL, CLOSURE, COROUTINE, FUNCTION = Type("impl"), Type("closure"), Type("coroutine"), Type("fn_item")
UNNAMED = frozenset({IMPL.name, CLOSURE.name, COROUTINE.name, FUNCTION.name})


@dataclass(frozen=True, slots=True)
class Definition:
    """What a `DefId` names: the crate's own `crate::path`, or one of a crate: `std::mem::drop`.

    An inherent or trait `impl` is `{impl}` in the path.
    """

    path: str
    is_local: bool

    @property
    def parent(self) -> str:
        """The path that it stands in."""
        return self.path.rpartition("::")[0]


@dataclass(frozen=True, slots=True)
class Names:
    """Which first segments of paths are crates, and which the crate's own: printed types do not tell."""

    crates: frozenset[str]
    own: frozenset[str]
    shared: frozenset[str] = frozenset()  # by two crates: two versions of one dependency print alike

    def whole(self, path: str) -> str:
        """Return `path` from its crate: `crate::…` for the crate's own, `std::…` for core's and alloc's.

        Raises:
            DumpError: it may be either's, or nobody's that is known.
        """
        first, _, rest = path.partition("::")
        if first in self.crates and first in self.own:
            raise DumpError(f"`{first}` is a crate and may be a module here, too: {path}")
        if first in self.shared:
            raise DumpError(
                f"two crates are called `{first}` here, and rustc prints their types alike: {path}"
            )
        if first in STD:
            return f"std::{rest}"
        if first in self.crates:
            return path
        if first in self.own:
            return f"crate::{path}"
        raise DumpError(f"it does not tell whose `{path}` is")


def definition_of(text: str) -> Definition:
    """Return what the first `DefId(…)` in `text` names.

    Raises:
        DumpError: there is none.
    """
    found = _ANY_DEFINITION.search(text)
    if found is None:
        raise DumpError(f"rustc's dump names no definition here: {text[:80]}")
    path = re.sub(r"\{impl#\d+\}", "{impl}", _HASH.sub("", found["name"]))
    crate, _, rest = path.partition("::")
    if found["crate"] == _LOCAL:
        return Definition(f"crate::{rest}", is_local=True)
    return Definition(f"std::{rest}" if crate in STD else path, is_local=False)


def crates_in(dump: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of other crates whose definitions a dump names, and those that two of them share."""
    found = set(re.findall(rb"DefId\([1-9]\d*:\d+ ~ (\w+)\[(\w+)", dump))
    count = Counter(name.decode() for name, _ in found)
    return frozenset(count), frozenset(name for name, times in count.items() if times > 1)


def local_names_in(dump: bytes) -> frozenset[str]:
    """Return the first segments of the crate's own definitions that a dump names."""
    return frozenset(name.decode() for name in re.findall(rb"DefId\(0:\d+ ~ \w+\[\w+\]::(\w+)", dump))


def read_type(text: str, names: Names) -> Type:
    """Return the type that rustc's `Debug` output writes.

    Raises:
        DumpError: it is in a form that is not known, or a name in it may be two things.
    """
    reader = _Reader(text, names)
    found = reader.read()
    reader.end()
    return found


def read_function(text: str, names: Names) -> tuple[Definition, tuple[Type, ...]]:
    """Return what a `FnDef(DefId(…), […])` names, and its generic arguments without lifetimes.

    Raises:
        DumpError: it is none, or in a form that is not known.
    """
    reader = _Reader(text, names)
    reader.expect(r"FnDef\(")
    definition = definition_of(reader.expect(_DEFINITION))
    reader.expect(r", \[")
    arguments = reader.several("]")
    reader.expect(r"\)")
    return definition, arguments


class _Reader:
    """Reads one type from the front of a text; anything that it does not know is an error."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.at = 0

    def read(self) -> Type:
        for opening, read in _FORMS:
            if self.skip(opening) is not None:
                return read(self)
        raise self.error()

    def end(self) -> None:
        if self.at != len(self.text):
            raise self.error()

    def several(self, close: str) -> tuple[Type, ...]:
        """Return the types up to `close`, without lifetimes."""
        found: list[Type] = []
        while self.skip(re.escape(close)) is None:
            if self.skip(_LIFETIME) is None:
                found.append(self._argument())
            if self.skip(r",\s*") is None and not self.text.startswith(close, self.at):
                raise self.error()
        return tuple(found)

    def skip(self, pattern: str) -> str | None:
        """Go past `pattern` and return what it matched, or None where it is not next."""
        found = re.compile(pattern).match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def expect(self, pattern: str) -> str:
        """Go past `pattern` and return what it matched."""
        found = self.skip(pattern)
        if found is None:
            raise self.error()
        return found

    def error(self) -> DumpError:
        rest = self.text[self.at : self.at + 40]
        return DumpError(f"rustc's dump writes a type in a form that is not known here: {rest}")

    def _argument(self) -> Type:
        number = self.skip(r"-?\d+_[ui](?:8|16|32|64|128|size)")
        if number is not None:
            return Type(number.partition("_")[0])
        boolean = self.skip(r"(?:true|false)\b")
        return Type(boolean) if boolean is not None else self.read()

    def reference(self) -> Type:
        self.skip(_LIFETIME + " ")
        return Type("&mut" if self.skip("mut ") else "&", (self.read(),))

    def pointer(self) -> Type:
        kind = self.expect("const |mut ").strip()
        return Type(f"*{kind}", (self.read(),))

    def fields(self) -> Type:
        return Type("()", self.several(")"))

    def array(self) -> Type:
        element = self.read()
        if self.skip(r"\]") is not None:
            return Type("[]", (element,))
        self.expect("; ")
        length = self._argument()
        self.expect(r"\]")
        return Type("[;]", (element, length))

    def function(self) -> Type:
        arguments = self._parameters()
        result = self.read() if self.skip(" -> ") is not None else Type("()")
        return Type("fn", (*arguments, result))

    def _parameters(self) -> tuple[Type, ...]:
        found: list[Type] = []
        while self.skip(r"\)") is None:
            found.append(Type("...") if self.skip(r"\.\.\.") is not None else self.read())
            self.skip(", ")
        return tuple(found)

    def bound(self) -> Type:
        """`Binder { value: T, bound_vars: […] }` is T."""
        found = self.read()
        self.expect(", bound_vars: ")
        self._past_brackets("[", "]")
        self.expect(r" \}")
        return found

    def dynamic(self) -> Type:
        bounds = set(self._bounds())
        self.expect(r" \+ " + _LIFETIME)
        return Type("dyn", tuple(sorted(bounds, key=str)))

    def _bounds(self) -> list[Type]:
        found: list[Type] = []
        while self.skip(r"\]") is None:
            self.expect(r"Binder \{ value: ")
            if self.skip(r"Trait\(") is not None:
                found.append(self.path(self.expect(_PATH)))
                self.expect(r"\)")
            elif self.skip(r"AutoTrait\(") is not None:
                found.append(Type(definition_of(self.expect(_DEFINITION)).path))
                self.expect(r"\)")
            else:  # `Output = …`, which its trait's parameters need not decide
                self.expect("Projection")
                self._past_brackets("(", ")")
            self.expect(", bound_vars: ")
            self._past_brackets("[", "]")
            self.expect(r" \}")
            self.skip(", ")
        return found

    def path(self, name: str) -> Type:
        if name in PRIMITIVE_NAMES:
            return Type(name)
        if self.skip(r"/#\d+") is not None:
            return Type(name)
        arguments = self.several(">") if self.skip("<") is not None else ()
        while arguments and str(arguments[-1]) in DEFAULTS:
            arguments = arguments[:-1]
        return Type(self.names.whole(name), arguments)

    def unnamed(self, found: Type) -> Type:
        self.at -= 1  # its bracket
        self._past_brackets("(", ")")
        return found

    def parameter(self) -> Type:
        self.expect(r".*?/#\d+(?=$|[,>)\]])")
        return IMPL

    def _past_brackets(self, opening: str, closing: str) -> None:
        depth = 0
        while True:
            character = self.text[self.at : self.at + 1]
            depth += (character == opening) - (character == closing)
            if not character:
                raise self.error()
            self.at += 1
            if depth == 0:
                return


PRIMITIVE_NAMES = frozenset(
    ["bool", "char", "str", "f16", "f32", "f64", "f128"]
    + [f"{kind}{bits}" for kind in "iu" for bits in (8, 16, 32, 64, 128, "size")]
)

_FORMS: tuple[tuple[str, Callable[[_Reader], Type]], ...] = (
    (r"&", _Reader.reference),
    (r"\*", _Reader.pointer),
    (r"\(", _Reader.fields),
    (r"\[", _Reader.array),
    (r"!", lambda _reader: Type("!")),
    (r"(?:unsafe )?(?:extern \"[^\"]*\" )?fn\(", _Reader.function),
    (r"Binder \{ value: ", _Reader.bound),
    (r"dyn \[", _Reader.dynamic),
    (r"impl ", _Reader.parameter),
    (r"Alias\(", lambda reader: reader.unnamed(IMPL)),
    (r"Closure\(", lambda reader: reader.unnamed(CLOSURE)),
    (r"Coroutine(?:Closure)?\(", lambda reader: reader.unnamed(COROUTINE)),
    (r"FnDef\(", lambda reader: reader.unnamed(FUNCTION)),
    (rf"(?={_PATH}(?:[<,>)\]/;]|$| as| \+))", lambda reader: reader.path(reader.expect(_PATH))),
)


def known_names(dump: bytes, externs: Collection[str], declared: Collection[str]) -> Names:
    """Return whose names stand in a dump; `externs` are crates it is given, `declared` names of its own."""
    crates, shared = crates_in(dump)
    own = (local_names_in(dump) | frozenset(declared)) - STD
    return Names(STD | crates | frozenset(externs), own, shared)

"""Read rustc's dump of the typed tree (`-Zunpretty=thir-flat`): what each expression is, and of which type.

The dump is the compiler's derived `Debug` output of its arenas, one body after another. An expression
stands after those that it consists of, so the first one at a place is the expression as it was written;
those after it at the same place are automatic borrows, dereferences and coercions.

The format belongs to one compiler version. It is read strictly: what has another shape is an error,
never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.errors import CodemodError

ARGUMENTS = ("-Zunpretty=thir-flat", "-Ztrim-diagnostic-paths=no")
"""What rustc is given, with the bootstrap variable where it is a stable one."""

_HEADER = re.compile(rb"^DefId\(\d+:\d+ ~ (.*)\):$", re.M)
_SPAN = rb"(?:no-location|([^\n]*?):(\d+):(\d+): (\d+):(\d+)) \(#(\d+)\)"
_END = b"\n        },\n"
_EXPRESSION = re.compile(
    rb"        Expr \{\n            kind: (.*),\n            ty: (.*),\n            temp_scope_id: \d+,\n"
    rb"            span: " + _SPAN + rb",",
    re.S,
)
_ARENA = re.compile(rb"^    exprs: \[(?:\],\n|\n(.*?)^    \],\n)", re.M | re.S)
_BINDING = re.compile(
    rb"^( +)span: " + _SPAN + rb",\n\1extra: (?:None|Some\(\n(?:\1 [^\n]*\n)*\1\)),\n\1kind: Binding \{\n"
    rb"\1    name: \"([^\"\n]*)\",\n(?:\1    [^\n]*\n)*?\1    ty: (.*?),\n\1    subpattern: ",
    re.M | re.S,
)
_KIND = re.compile(r"[A-Za-z]+")


class DumpError(CodemodError):
    """A dump of rustc has a shape that is not known here."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A place as rustc prints it: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class TypedExpression:
    """One node of a body. `kind` and `type` are the compiler's own words on one line.

    `index` is its place in the body's arena. `is_written` tells an expression that stands in the file
    from one that a macro or a desugaring made.
    """

    index: int
    kind: str
    type: str
    path: str
    at: Stretch
    is_written: bool

    @property
    def name(self) -> str:
        """Which kind of node it is: `Call`, `VarRef`, `Match`."""
        found = _KIND.match(self.kind)
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class TypedBinding:
    """A variable where it is bound; `at` covers `mut` and `ref`, too."""

    name: str
    type: str
    path: str
    at: Stretch
    is_written: bool


@dataclass(frozen=True, slots=True)
class TypedBody:
    """A function, closure or constant: `name` is `crate[hash]::path`."""

    name: str
    expressions: tuple[TypedExpression, ...]
    bindings: tuple[TypedBinding, ...]


def typed_bodies(
    dump: bytes, is_wanted: Callable[[bytes], bool], path_of: Callable[[str], str] = str
) -> Iterator[TypedBody]:
    """Yield the bodies of a dump that are wanted, by their text; `path_of` maps the paths that rustc prints.

    Raises:
        DumpError: a body has another shape.
    """
    headers = list(_HEADER.finditer(dump))
    ends = [*(header.start() for header in headers), len(dump)][1:]  # a crate of declarations has no body
    for header, end in zip(headers, ends, strict=True):
        text = dump[header.end() : end]
        if is_wanted(text):
            yield _body(header[1].decode(), text, path_of)


def body_names(dump: bytes) -> Iterator[str]:
    """Yield `crate[hash]::path` of every body of a dump."""
    for header in _HEADER.finditer(dump):
        yield header[1].decode()


def _body(name: str, text: bytes, path_of: Callable[[str], str]) -> TypedBody:
    if not text.startswith(b"\nThir {\n"):
        raise DumpError(f"rustc's dump of {name} is not that of a typed tree", hint=_hint())
    arenas = _ARENA.findall(text)
    if len(arenas) != 1:
        raise DumpError(f"rustc's dump of {name} has {len(arenas)} lists of expressions", hint=_hint())
    expressions = tuple(_expressions(name, arenas[0], path_of))
    bindings = tuple(_binding(found, path_of) for found in _BINDING.finditer(text))
    if len(bindings) != text.count(b"kind: Binding {\n"):
        raise DumpError(f"rustc's dump of {name} writes a variable in another way", hint=_hint())
    return TypedBody(name, expressions, bindings)


def _expressions(body: str, arena: bytes, path_of: Callable[[str], str]) -> Iterator[TypedExpression]:
    *chunks, rest = arena.split(_END)
    for index, chunk in enumerate(chunks):
        found = _EXPRESSION.fullmatch(chunk)
        if found is None:
            break
        kind, type_text, path, *numbers = found.groups(default=b"0")
        yield TypedExpression(
            index,
            one_line(kind.decode()),
            one_line(type_text.decode()),
            path_of(path.decode()),
            Stretch(*map(int, numbers[:4])),
            int(numbers[4]) == 0,
        )
    else:
        if not rest:
            return
    raise DumpError(f"rustc's dump of {body} writes an expression in another way", hint=_hint())


def _binding(found: re.Match[bytes], path_of: Callable[[str], str]) -> TypedBinding:
    _, path, *numbers, name, type_text = found.groups(default=b"0")
    return TypedBinding(
        name.decode(),
        one_line(type_text.decode()),
        path_of(path.decode()),
        Stretch(*map(int, numbers[:4])),
        int(numbers[4]) == 0,
    )


def one_line(text: str) -> str:
    """Return a pretty-printed value on one line, as the compiler's plain `Debug` writes it."""
    if "\n" not in text:
        return text
    joined = re.sub(r"\n\s*", " ", text)
    return re.sub(r",? ([)\]])", r"\1", re.sub(r"([(\[]) ", r"\1", joined)).replace(", }", " }")


def _hint() -> str:
    return "This compiler's dumps are not known to this version of codemod; it does without them."

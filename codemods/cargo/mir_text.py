"""Read rustc's MIR (`--emit=mir`): split it into bodies, and bodies into locals, blocks and allocations.

The text is made by rustc's own printer and belongs to one compiler version, so it is read strictly:
what has another shape is refused. Paths must be full (`-Ztrim-diagnostic-paths=no`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_SEGMENT = r"(?:<impl at [^>\n]*>|\{[^{}\n]*\}|promoted\[\d+\]|[\w#]+)"
_PATH = rf"(?P<path>{_SEGMENT}(?:::{_SEGMENT})*)"
_FUNCTION = re.compile(rf"fn {_PATH}\(")
_VALUE = re.compile(rf"(?:const |static mut |static |){_PATH}: (?P<type>.*) = \{{")
_CONSTANT = re.compile(rf"const {_PATH}: (?P<type>.*) = (?P<value>const .*);")
_ALLOCATION = re.compile(r"(alloc\d+) (\(.*\))( \{\}?)?")
_LOCAL = re.compile(r" {4,}let (?:mut )?_(\d+): (.*);")
_BLOCK = re.compile(r"    bb(\d+)( \(cleanup\))?: \{")
_SCOPE = re.compile(r" {4,}scope \d+ \{")
_DEBUG = re.compile(r" {4,}debug .* => .*;")
_ARGUMENT = re.compile(r"(?:^|, )_(\d+): ")
_LITERAL = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\(?:u\{[0-9a-f]+\}|.))')""")
_COMMENT = "// MIR FOR CTFE"


class UnknownMirError(Exception):
    """The MIR is not as the compilers that were tested write it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A basic block: its statements, the last of which is the terminator."""

    is_cleanup: bool
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MirBody:
    """A function, closure, constant, static or promoted constant.

    `locals` are the types of all locals but the arguments, `arguments` how many of those there are;
    `allocations` are the constants in memory, by their name in the text.
    """

    path: str
    header: str
    arguments: int
    locals: Mapping[int, str]
    blocks: Mapping[int, Block]
    allocations: Mapping[str, str]


def split_mir(dump: bytes) -> dict[str, list[str]]:
    """Return the texts of the bodies by their paths; impls have their place in it, so some share one.

    A body that is also evaluated when compiling comes twice.

    Raises:
        UnknownMirError: text that belongs to no body.
    """
    bodies: dict[str, list[str]] = {}
    last: list[str] | None = None
    for part in _parts(dump.decode(errors="surrogateescape")):
        first = part.partition("\n")[0]
        if _ALLOCATION.fullmatch(first):
            if last is None:
                raise UnknownMirError(f"no body has `{first[:80]}`")
            last[-1] += "\n" + part
            continue
        last = bodies.setdefault(_head(first)[0], [])
        last.append(part)
    return bodies


def read_mir(text: str) -> MirBody:
    """Return the body that `text` prints.

    Raises:
        UnknownMirError: a line is not what it must be at its place.
    """
    body, *allocations = re.split(r"\n(?=alloc\d+ \()", text)
    lines = body.split("\n")
    path, arguments = _head(lines[0])
    if not lines[0].endswith(" {"):
        if len(lines) > 1:
            raise UnknownMirError(f"more follows on `{lines[0][:80]}`")
        return MirBody(path, body, 0, {}, {}, _allocations(allocations))
    numbers = [int(number) for number in _ARGUMENT.findall(arguments)]
    if numbers != list(range(1, len(numbers) + 1)) or lines[-1] != "}":
        raise UnknownMirError(f"a body begins with `{lines[0][:80]}`")
    at = next((at for at, line in enumerate(lines) if _BLOCK.fullmatch(line)), len(lines) - 1)
    declared = _declared(lines[1:at])
    if any(number in declared for number in numbers):
        raise UnknownMirError("an argument is declared twice")
    blocks = dict(_blocks(lines[at:-1]))
    return MirBody(path, lines[0], len(numbers), declared, blocks, _allocations(allocations))


def outside_literals(text: str, change: Callable[[str], str]) -> str:
    """Return `text` with `change` made to all but its string and character literals, which are values.

    Raises:
        UnknownMirError: a literal does not end.
    """
    pieces = _LITERAL.split(text)
    if any('"' in piece for piece in pieces[::2]):
        raise UnknownMirError(f"a literal does not end: `{text.strip()[:80]}`")
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def _head(line: str) -> tuple[str, str]:
    """Return the path and the arguments of the body that a line begins."""
    function = _FUNCTION.match(line)
    if function is None:
        value = _VALUE.fullmatch(line) or _CONSTANT.fullmatch(line)
        if value is None:
            raise UnknownMirError(f"a body begins with `{line[:80]}`")
        return value["path"], ""
    plain = _LITERAL.sub(lambda literal: "x" * len(literal[0]), line)
    depth = 1
    for at in range(function.end(), len(plain)):
        depth += (plain[at] == "(") - (plain[at] == ")")
        if depth == 0 and plain.startswith(" -> ", at + 1) and plain.endswith(" {"):
            return function["path"], line[function.end() : at]
        if depth == 0:
            break
    raise UnknownMirError(f"a function begins with `{line[:80]}`")


def _parts(text: str) -> Iterator[str]:
    """Yield what stands at the left margin with all that is below it."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith("//"):
            if lines:
                raise UnknownMirError(f"a comment stands inside of a body: `{line[:80]}`")
        elif line == "" and (not lines or _is_whole(lines)):
            if lines:
                yield "\n".join(lines)
            lines = []
        elif lines and _is_whole(lines):
            yield "\n".join(lines)
            lines = [line]
        else:
            lines.append(line)
    if lines:
        if not _is_whole(lines):
            raise UnknownMirError("the last body ends too early")
        yield "\n".join(lines)


def _is_whole(lines: Sequence[str]) -> bool:
    return lines[-1] == "}" or (len(lines) == 1 and not lines[0].endswith(" {"))


def _declared(lines: Sequence[str]) -> dict[int, str]:
    declared: dict[int, str] = {}
    for line in lines:
        if (local := _LOCAL.fullmatch(line)) is not None:
            if int(local[1]) in declared:
                raise UnknownMirError(f"a local is declared twice: `{line.strip()[:80]}`")
            declared[int(local[1])] = local[2]
        elif line.strip() not in ("", "}") and not _SCOPE.fullmatch(line) and not _DEBUG.fullmatch(line):
            raise UnknownMirError(f"`{line.strip()[:80]}` declares nothing")
    return declared


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, Block]]:
    statements: list[str] = []
    head: re.Match[str] | None = None
    for line in lines:
        if head is None:
            head = _BLOCK.fullmatch(line)
            if head is None and line:
                raise UnknownMirError(f"`{line.strip()[:80]}` is in no block")
        elif line == "    }":
            if not statements:
                raise UnknownMirError("a block is empty")
            yield int(head[1]), Block(head[2] is not None, tuple(statements))
            statements, head = [], None
        elif line.startswith("        ") and line[8] != " " and line.endswith(";"):
            statements.append(line.strip()[:-1])
        else:
            raise UnknownMirError(f"`{line.strip()[:80]}` is no statement")
    if head is not None:
        raise UnknownMirError("a block ends too early")


def _allocations(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        first, *lines = text.strip("\n").split("\n")
        head = _ALLOCATION.fullmatch(first)
        if head is None or (head[3] == " {") != (lines[-1:] == ["}"]):
            raise UnknownMirError(f"`{first[:80]}` is no allocation")
        rows = (line.rpartition("│")[0] if "│" in line else line for line in lines[:-1])
        found[head[1]] = "\n".join([head[2], *(row.strip() for row in rows)])
    return found

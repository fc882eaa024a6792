"""One form for the MIR of a body: locals by their first use after the signature, closures by their paths.

Left out are what a debugger is told, scopes, storage markers (their meaning stays at each statement) and
unit values that nothing reads. Everything else is kept, so equal forms are equal programs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from codemods.cargo.mir_flow import Locals, Statement, Straight, flow, marked
from codemods.cargo.mir_text import Block, MirBody, UnknownMirError, outside_literals

_LOCAL = re.compile(
    r"(?<![\w:'#.])(?:(?<=move )|(?<=copy )|(?=_\d+(?![\w(])))_(\d+)(?![\w:]|\s*\{)"  # `move _1()` calls
)
_LIKE_LOCAL = re.compile(r"(?<![\w])_\d+(?!\w)")
_FIELD = re.compile(r"(?<=[{,] )_\d+(?=: )")
_ALLOCATION = re.compile(r"(?<![\w:])alloc\d+(?![\w(])")
_POINTER = re.compile(r"╾─*([^╼]*?)─*╼")
_MARKER = re.compile(r"Storage(?:Live|Dead)\(")
_UNIT = re.compile(r"_(\d+) = (?:const )?\(\)")
_IMPL = re.compile(r"<impl at ([^>\n]*)>")
ANONYMOUS = re.compile(
    r"\{(closure|coroutine|coroutine-closure|async closure|async closure body|async block|async gen block"
    r"|gen block|gen closure)@([^{}\n]*?:\d+:\d+: \d+:\d+)(?: \(#\d+\))?\}"
)
_SUSPENDED = re.compile(r"&mut \{(?:coroutine|async |gen )")
_SHORTENED = "..."
_ASSEMBLY = "asm!("

Closures = Mapping[str, tuple[str, ...]]  # by place, the paths of the bodies of the closures there


@dataclass(frozen=True, slots=True)
class NormalMir:
    """The lines to compare; `blocks` with what is alive, in terms of the numbers of `types`.

    `types` are those of the locals in their new order, `always` those without storage markers.
    """

    lines: tuple[str, ...]
    statements: tuple[Statement, ...]
    types: Mapping[int, str]
    always: Locals


def normal_mir(body: MirBody, closures: Closures) -> NormalMir:
    """Return the form of `body`.

    Raises:
        UnknownMirError: a part is not as the compilers that were tested write it, or two things in it
            are written alike.
    """
    if any(text.startswith(_ASSEMBLY) for block in body.blocks.values() for text in block.statements):
        raise UnknownMirError("it has assembly, of which not all is printed")
    is_suspended = _SUSPENDED.search(body.header.partition(" -> ")[0]) is not None
    blocks = body.blocks if is_suspended else _without_unread_units(body)
    return _Writer(body, closures).write(flow(blocks, with_storage=is_suspended))


def _without_unread_units(body: MirBody) -> dict[int, Block]:
    """Leave out `_3 = const ()` where nothing reads `_3`: what a block is worth that ends with `;`."""
    texts = [text for block in body.blocks.values() for text in block.statements if not _MARKER.match(text)]
    used = Counter(number for text in texts for number in _LOCAL.findall(text))
    stores = Counter(found[1] for text in texts if (found := _UNIT.fullmatch(text)))
    unread = {
        f"_{number} = "
        for number, count in stores.items()
        if used[number] == count and number != "0" and body.locals.get(int(number)) == "()"
    }
    return {
        name: replace(block, statements=tuple(s for s in block.statements if not _is_store(s, unread)))
        for name, block in body.blocks.items()
    }


def _is_store(text: str, unread: Collection[str]) -> bool:
    return _UNIT.fullmatch(text) is not None and text.startswith(tuple(unread))


@dataclass(slots=True)
class _Writer:
    body: MirBody
    closures: Closures
    numbers: dict[int, int] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)  # allocations, by name

    def write(self, blocks: list[Straight]) -> NormalMir:
        """Return the form of the body with these blocks."""
        body = self.body
        self.numbers = {number: number for number in range(body.arguments + 1)}
        lines = [self._outside(body.header, str)]
        statements: list[Statement] = []
        for at, block in enumerate(blocks):
            statements.append(Statement("", "", block.may, block.must))
            lines.append(f"bb{at}{' (cleanup)' if block.is_cleanup else ''}:")
            for statement in block.statements:
                lines.append(self._outside(statement.text, self._with_locals) + statement.targets)
                statements.append(statement)
        types = {
            new: self._outside(body.locals[old], str)
            for old, new in self.numbers.items()
            if old in body.locals
        }
        lines += [f"let _{number}: {type}" for number, type in sorted(types.items())]
        lines += sorted(self._allocation(name) for name in body.allocations)
        renamed = tuple(self._renamed(statement) for statement in statements)
        always = frozenset(new for old, new in self.numbers.items() if old not in marked(body.blocks))
        return NormalMir(tuple(lines), renamed, types, always)

    def _renamed(self, statement: Statement) -> Statement:
        may, must = (self._known(locals) for locals in (statement.may, statement.must))
        return Statement(statement.text, statement.targets, may, must)

    def _known(self, locals: Locals) -> Locals:
        return frozenset(self.numbers[number] for number in locals if number in self.numbers)

    def _outside(self, text: str, change: Callable[[str], str]) -> str:
        return outside_literals(text, lambda piece: change(self._named(piece)))

    def _with_locals(self, text: str) -> str:
        def number(found: re.Match[str]) -> str:
            old = int(found[1])
            if old not in self.body.locals and old not in self.numbers:
                raise UnknownMirError(f"`{found[0]}` is no local")
            return f"_{self.numbers.setdefault(old, len(self.numbers))}"

        plain = _FIELD.sub("", text)
        if len(_LIKE_LOCAL.findall(plain)) != len(_LOCAL.findall(plain)):
            raise UnknownMirError(f"something is called like a local in `{text.strip()[:80]}`")
        return _LOCAL.sub(number, text)

    def _named(self, text: str) -> str:
        """Return the text with places and memory replaced by what they stand for."""
        if _SHORTENED in text:
            raise UnknownMirError(f"rustc may have shortened `{text.strip()[:80]}`")
        if "{" in text:
            text = ANONYMOUS.sub(self._anonymous, text)
        if "alloc" in text:
            text = _ALLOCATION.sub(lambda found: f"<{self._allocation(found[0])}>", text)
        return _IMPL.sub(self._impl, text) if "<impl at" in text else text

    def _impl(self, found: re.Match[str]) -> str:
        if found[0] not in self.body.path:
            raise UnknownMirError(f"it names something of `{found[0]}`")
        return "<impl>"

    def _anonymous(self, found: re.Match[str]) -> str:
        """Return a closure by its path; those of other crates stay where they are."""
        everywhere = self.closures.get(found[2], ())
        owner = self.body.path.partition("::{")[0]
        paths = [path for path in everywhere if path.startswith(f"{owner}::")] or everywhere
        if len(paths) > 1:
            raise UnknownMirError(f"two closures are written alike: `{found[0]}`")
        if not paths:
            return self._body_of_async(found)
        if "<impl at" in paths[0] and not paths[0].startswith(f"{owner}::"):
            raise UnknownMirError(f"it names a closure of an impl: `{found[0]}`")
        path = _IMPL.sub("<impl>", paths[0])
        return f"{{{found[1]} {path}}}"

    def _body_of_async(self, found: re.Match[str]) -> str:
        """Return the body of an `async fn`, which has no place where its type is written."""
        result = self.body.header.rpartition(" -> ")[2]
        if found[1] == "coroutine" and result.startswith("{async fn body of "):
            return "{coroutine}"
        return found[0]

    def _allocation(self, name: str) -> str:
        """Return what stands in memory, with what it points to."""
        if name in self.shown:
            return self.shown[name]
        text = self.body.allocations.get(name)
        if text is None:
            raise UnknownMirError(f"it is not said what `{name}` is")
        self.shown[name] = text.partition("\n")[0]  # where it points to itself
        text = _POINTER.sub(lambda pointer: f"[{pointer[1]}]", text)
        self.shown[name] = _ALLOCATION.sub(lambda found: f"<{self._allocation(found[0])}>", text)
        return self.shown[name]

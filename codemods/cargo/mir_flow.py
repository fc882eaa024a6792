"""The control flow of a MIR body in one form: storage markers become what is alive at each statement.

Storage markers say from where to where a local has a place in memory. They are taken out of the text,
because scopes move them; what they say is kept at each statement, for `shrunk` and `moved`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from codemods.cargo.mir_text import Block, UnknownMirError

_STORAGE = re.compile(r"Storage(Live|Dead)\(_(\d+)\)")
_TARGETS = re.compile(r" -> (\[[^\[\]]*\]|bb\d+|unwind [a-z() ]+)$")
_UNWIND = re.compile(r"\bunwind: (bb\d+)\b")
_TARGET = re.compile(r"\bbb(\d+)\b")
_ENDS = frozenset(
    {"return", "resume", "unreachable", "terminate(abi)", "terminate(cleanup)", "coroutine_drop"}
)

Locals = frozenset[int]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement without its targets; `may` and `must` are the locals with a place in memory before it.

    `may` on some way to it, `must` on all of them.
    """

    text: str
    targets: str = ""
    may: Locals = frozenset()
    must: Locals = frozenset()

    @property
    def next(self) -> tuple[int, ...]:
        """The blocks that may come next."""
        return tuple(map(int, _TARGET.findall(self.targets)))


@dataclass(frozen=True, slots=True)
class Straight:
    """A block that is entered at its beginning alone; `may` and `must` are as there."""

    is_cleanup: bool
    statements: tuple[Statement, ...]
    may: Locals = frozenset()
    must: Locals = frozenset()

    @property
    def end(self) -> Statement:
        """The terminator."""
        return self.statements[-1]


def flow(blocks: Mapping[int, Block], *, with_storage: bool) -> list[Straight]:
    """Return the blocks in the order in which they are reached, joined where they only follow each other.

    `with_storage`: the markers stay as statements (bodies that are suspended: there they say what is kept).

    Raises:
        UnknownMirError: a terminator of unknown kind, or a target that is not there.
    """
    if not blocks:
        return []
    split = {name: _split(block) for name, block in blocks.items()}
    for block in split.values():
        if any(target not in split for target in block.end.next):
            raise UnknownMirError(f"`{block.end.text[:80]}` goes nowhere")
    known = split if with_storage else _with_storage_known(split)
    straight = _joined(_without_resumes(_threaded(_joined(known))))
    return _in_order(straight if with_storage else _without_storage(straight))


def marked(blocks: Mapping[int, Block]) -> Locals:
    """Return the locals that have storage markers; all others have a place all the time."""
    texts = (text for block in blocks.values() for text in block.statements)
    return frozenset(int(found[2]) for text in texts if (found := _STORAGE.fullmatch(text)))


def _split(block: Block) -> Straight:
    *inner, last = block.statements
    found = _TARGETS.search(last)
    if found is None and last not in _ENDS:
        raise UnknownMirError(f"`{last[:80]}` ends no block")
    at = found.start() if found is not None else len(last)
    end = Statement(last[:at], last[at:])
    return Straight(block.is_cleanup, (*map(Statement, inner), end))


def _with_storage_known(blocks: Mapping[int, Straight]) -> dict[int, Straight]:
    everything = frozenset(
        int(found[2])
        for block in blocks.values()
        for statement in block.statements
        if (found := _STORAGE.fullmatch(statement.text))
    )
    may: dict[int, Locals] = {0: frozenset()}
    must: dict[int, Locals] = {0: frozenset()}
    waiting = [0]
    while waiting:
        name = waiting.pop()
        may_end = _behind(blocks[name].statements, may[name])
        must_end = _behind(blocks[name].statements, must[name])
        for target in blocks[name].end.next:
            new = (may.get(target, frozenset()) | may_end, must.get(target, everything) & must_end)
            if target not in may or new != (may[target], must[target]):
                may[target], must[target] = new
                waiting.append(target)
    return {
        name: replace(
            block,
            statements=tuple(_annotated(block.statements, may[name], must[name])),
            may=may[name],
            must=must[name],
        )
        for name, block in blocks.items()
        if name in may
    }


def _behind(statements: Iterable[Statement], alive: Locals) -> Locals:
    for statement in statements:
        alive = _after(statement.text, alive)
    return alive


def _after(text: str, alive: Locals) -> Locals:
    found = _STORAGE.fullmatch(text) if text.startswith("Storage") else None
    if found is None:
        return alive
    local = frozenset({int(found[2])})
    return alive | local if found[1] == "Live" else alive - local


def _annotated(statements: Iterable[Statement], may: Locals, must: Locals) -> Iterator[Statement]:
    for statement in statements:
        yield replace(statement, may=may, must=must)
        may, must = _after(statement.text, may), _after(statement.text, must)


def _without_storage(blocks: Mapping[int, Straight]) -> dict[int, Straight]:
    return {
        name: replace(block, statements=tuple(s for s in block.statements if not _STORAGE.fullmatch(s.text)))
        for name, block in blocks.items()
    }


def _threaded(blocks: Mapping[int, Straight]) -> dict[int, Straight]:
    """Go past the blocks that do nothing; one with storage markers does something in a loop."""

    def final(name: int) -> int:
        seen = {name}
        while len(blocks[name].statements) == 1 and blocks[name].end.text == "goto":
            (name,) = blocks[name].end.next
            if name in seen:
                break
            seen.add(name)
        return name

    return _retargeted(blocks, {name: final(name) for name in blocks})


def _without_resumes(blocks: Mapping[int, Straight]) -> dict[int, Straight]:
    """Say `unwind continue` for an unwind to a block that only resumes: it means that."""
    resumes = {f"bb{name}" for name, block in blocks.items() if block.is_cleanup and _only_resumes(block)}

    def changed(end: Statement) -> Statement:
        if end.text == "goto":
            return end
        # A call that does not return has one target alone: where it unwinds to.
        if end.targets.removeprefix(" -> ") in resumes:
            return replace(end, targets=" -> unwind continue")
        return replace(end, targets=_UNWIND.sub(continued, end.targets))

    def continued(found: re.Match[str]) -> str:
        return "unwind continue" if found[1] in resumes else found[0]

    return {name: _with_end(block, changed(block.end)) for name, block in blocks.items()}


def _with_end(block: Straight, end: Statement) -> Straight:
    return replace(block, statements=(*block.statements[:-1], end))


def _only_resumes(block: Straight) -> bool:
    *inner, end = block.statements
    return end.text == "resume" and all(_STORAGE.fullmatch(each.text) for each in inner)


def _retargeted(blocks: Mapping[int, Straight], names: Mapping[int, int]) -> dict[int, Straight]:
    def changed(found: re.Match[str]) -> str:
        return f"bb{names[int(found[1])]}"

    return {
        name: _with_end(block, replace(block.end, targets=_TARGET.sub(changed, block.end.targets)))
        for name, block in blocks.items()
    }


def _joined(blocks: dict[int, Straight]) -> dict[int, Straight]:
    """Join a block that ends with `goto` with its target, where nothing else goes there."""
    counts: dict[int, int] = {0: 1}
    for name in _reached(blocks):
        for target in blocks[name].end.next:
            counts[target] = counts.get(target, 0) + 1
    joined = dict(blocks)
    for name in list(_reached(blocks)):
        while name in joined and joined[name].end.text == "goto":
            (target,) = joined[name].end.next
            if target == name or counts[target] != 1 or target not in joined:
                break
            if joined[target].is_cleanup != joined[name].is_cleanup:
                break
            tail = joined.pop(target)
            joined[name] = replace(joined[name], statements=(*joined[name].statements[:-1], *tail.statements))
    return joined


def _reached(blocks: Mapping[int, Straight]) -> Iterator[int]:
    seen = {0}
    waiting = [0]
    while waiting:
        name = waiting.pop()
        yield name
        for target in reversed(blocks[name].end.next):
            if target not in seen:
                seen.add(target)
                waiting.append(target)


def _in_order(blocks: Mapping[int, Straight]) -> list[Straight]:
    order = list(_reached(blocks))
    numbers = {name: at for at, name in enumerate(order)}
    renamed = _retargeted({name: blocks[name] for name in order}, numbers)
    return [renamed[name] for name in order]

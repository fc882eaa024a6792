"""Unified diffs of bytes, as `git apply` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.vcs.linediff import Opcode, opcodes

_NO_NEWLINE = b"\n\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """How many lines went, and how many came."""

    removed: int
    added: int

    @property
    def total(self) -> int:
        """The lines of a diff that begin with `-` or `+`."""
        return self.removed + self.added


def unified_diff(path: str, old: bytes | None, new: bytes | None, *, context: int = 3) -> bytes:
    """Return the diff of one file with git's header; empty where both are equal. None is no file.

    Bytes are as they are: a carriage return at a line's end stays. Decode with `errors="replace"`
    to show it.
    """
    if old == new:
        return b""
    before, after = _lines(old), _lines(new)
    name = path.encode(errors="surrogateescape")
    header = [b"diff --git %s %s" % (_quoted(b"a/" + name), _quoted(b"b/" + name))]
    if old is None:
        header.append(b"new file mode 100644")
    if new is None:
        header.append(b"deleted file mode 100644")
    if _is_binary(old) or _is_binary(new):
        header.append(b"Binary files differ")
        return b"\n".join(header) + b"\n"
    hunks = b"".join(_hunk(group, before, after) for group in _groups(opcodes(before, after), context))
    if hunks:
        header.append(b"--- " + (_file_name(b"a/" + name) if old is not None else b"/dev/null"))
        header.append(b"+++ " + (_file_name(b"b/" + name) if new is not None else b"/dev/null"))
    return b"\n".join(header) + b"\n" + hunks


def changed_lines(old: bytes | None, new: bytes | None) -> ChangedLines:
    """Return how many lines a least diff of the two removes and adds."""
    changes = [op for op in opcodes(_lines(old), _lines(new)) if op.tag != "equal"]
    return ChangedLines(
        sum(op.old_end - op.old for op in changes), sum(op.new_end - op.new for op in changes)
    )


def _lines(content: bytes | None) -> list[bytes]:
    """Split after each newline only; `bytes.splitlines` would split at a lone carriage return too."""
    lines = (content or b"").split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _groups(ops: Sequence[Opcode], context: int) -> Iterator[list[Opcode]]:
    """Yield the opcodes of each hunk: changes with at most `context` equal lines around them."""
    group: list[Opcode] = []
    for number, op in enumerate(ops):
        if op.tag == "change":
            group.append(op)
            continue
        size = op.old_end - op.old
        is_last = number == len(ops) - 1
        if group and (size > 2 * context or is_last):
            kept = min(size, context)
            yield [*group, Opcode("equal", op.old, op.old + kept, op.new, op.new + kept)]
            group = []
        if not is_last and not group:
            kept = min(size, context)
            group = [Opcode("equal", op.old_end - kept, op.old_end, op.new_end - kept, op.new_end)]
        elif group:
            group.append(op)
    if group:
        yield group


def _hunk(group: Sequence[Opcode], before: Sequence[bytes], after: Sequence[bytes]) -> bytes:
    first, last = group[0], group[-1]
    old, new = _range(first.old, last.old_end), _range(first.new, last.new_end)
    pieces = [f"@@ -{old} +{new} @@\n".encode()]
    for op in group:
        if op.tag == "equal":
            pieces += [_marked(b" ", line) for line in before[op.old : op.old_end]]
        else:
            pieces += [_marked(b"-", line) for line in before[op.old : op.old_end]]
            pieces += [_marked(b"+", line) for line in after[op.new : op.new_end]]
    return b"".join(pieces)


def _range(start: int, end: int) -> str:
    """Return a range as a hunk's header has it: an empty one names the line before."""
    size = end - start
    first = start + 1 if size else start
    return f"{first}" if size == 1 else f"{first},{size}"


def _marked(mark: bytes, line: bytes) -> bytes:
    return mark + (line if line.endswith(b"\n") else line + _NO_NEWLINE)


def _is_binary(content: bytes | None) -> bool:
    return b"\0" in (content or b"")[:8000]  # as git decides


def _file_name(name: bytes) -> bytes:
    """Return the name for a `---` or `+++` line; git ends a name with a space in it with a tab."""
    quoted = _quoted(name)
    return quoted + b"\t" if b" " in quoted and quoted == name else quoted


def _quoted(name: bytes) -> bytes:
    special = {0x22: b'\\"', 0x5C: b"\\\\", 0x0A: b"\\n", 0x09: b"\\t", 0x0D: b"\\r"}
    escaped = b"".join(
        special.get(byte) or (b"\\%03o" % byte if byte < 0x20 or byte == 0x7F else bytes([byte]))
        for byte in name
    )
    return name if escaped == name else b'"' + escaped + b'"'

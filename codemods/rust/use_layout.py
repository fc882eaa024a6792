"""`use` trees written anew with other leaves, in the layout that they have.

A group keeps what stands between its parts (line breaks, indentation, comments); parts are put
where they belong in its order, if it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from codemods.errors import CodemodError
from codemods.rust.keywords import is_keyword
from codemods.rust.outlines import Outline
from codemods.rust.spans import Span
from codemods.rust.tokens import TokenKind
from codemods.rust.use_trees import UseNode

Home = tuple[bool, tuple[str, ...]]  # what is before a name in an import: whether `::` begins it, the path
_FIRST = ("self", "super", "crate")


class ImportEditError(CodemodError):
    """An import cannot be changed without losing or breaking something; `code` says which."""

    def __init__(self, code: str, message: str, where: str | None = None) -> None:
        super().__init__(message, where=where, hint="Change this `use` by hand, then run again.")
        self.code = code


@dataclass(frozen=True, slots=True)
class NewLeaf:
    """What is to be imported: a path, and the name it gets where that is not its last segment."""

    path: tuple[str, ...]
    name: str | None = None
    is_global: bool = False

    @property
    def parent(self) -> tuple[str, ...]:
        """The path without its last segment."""
        return self.path[:-1]

    @property
    def bound(self) -> str | None:
        """The name that it binds; None for a glob."""
        return None if self.path[-1] == "*" else self.name or self.path[-1]

    def text(self, edition: str, prefix: int = 0) -> str:
        """Return how it is written after the first `prefix` segments of its path."""
        segments = self.path[prefix:] or ("self",)
        renamed = self.name is not None and self.name != self.path[-1]
        path = "::".join(written(each, edition) for each in segments)
        colons = "::" if self.is_global and not prefix else ""
        return f"{colons}{path} as {written(self.name, edition)}" if renamed and self.name else colons + path


@dataclass(slots=True)
class Changes:
    """What happens to the leaves of one `use`, by their nodes; `added` are what braces get."""

    removed: set[UseNode] = field(default_factory=set)
    replaced: dict[UseNode, str] = field(default_factory=dict)
    added: dict[UseNode, list[str]] = field(default_factory=dict)
    home: Home | None = None  # instead of the path of a tree that is one flat group


@dataclass(frozen=True, slots=True)
class _Part:
    """A child of a group, with what stands around it."""

    lead: str  # before it
    body: str
    between: str = ""  # from it to its comma; a last one without comma: up to its comment's end
    trailing: str = ""  # behind the comma: a comment on the same line
    had_comma: bool = True
    is_pinned: bool = False  # has a comment: stays where it is

    def text(self, has_comma: bool) -> str:
        """Return it with its surroundings; a new comma is put before comments, not into one."""
        comma = "," * has_comma
        around = self.between + comma if self.had_comma else comma + self.between
        return self.lead + self.body + around + self.trailing


def written(segment: str, edition: str) -> str:
    """Return a name as code writes it: raw where it is a keyword of the edition."""
    return f"r#{segment}" if is_keyword(segment, edition) else segment


def statement_trees(leaves: Iterable[NewLeaf], edition: str) -> list[str]:
    """Return the trees that import `leaves`: one a parent path, in order."""
    return [_tree(home, found, edition) for home, found in by_home(leaves).items()]


def by_home(leaves: Iterable[NewLeaf]) -> dict[Home, list[NewLeaf]]:
    """Return `leaves` by the path that they are imported from.

    A module from which another one imports is at home there itself, as `self`.
    """
    found = list(dict.fromkeys(leaves))
    homes = {(leaf.is_global, leaf.parent) for leaf in found if leaf.path[-1] != "*"}
    grouped: dict[Home, list[NewLeaf]] = {}
    for leaf in found:
        own = (leaf.is_global, leaf.path)
        home = own if own in homes else (leaf.is_global, leaf.parent)
        grouped.setdefault(home, []).append(leaf)
    return grouped


def rendered(outline: Outline, node: UseNode, changes: Changes) -> str | None:
    """Return the text of `node` with `changes` made; None where nothing of it is left.

    Raises:
        ImportEditError: a comment belongs to what would go.
    """
    if node in changes.removed:
        return None
    if not node.is_group:
        own = outline.source.text(outline.bytes_of(node.first, node.last))
        return changes.replaced.get(node, own)
    return _Group(outline, node, changes).text()


def sort_key(text: str, is_ascii: bool) -> tuple[object, ...]:
    """Return the place of a part in a sorted list: as rustfmt has it, or by its bytes alone."""
    name = text.removeprefix("::").replace("r#", "")
    head = name.split("::")[0].split(" ")[0]
    first = _FIRST.index(head) if head in _FIRST else len(_FIRST)
    is_list = name.startswith("{")
    kind = 0 if is_ascii else 1 if head[:1].isupper() else 0
    return (first if not is_list else len(_FIRST) + 1, kind, name)


def _tree(home: Home, leaves: Sequence[NewLeaf], edition: str) -> str:
    if len(leaves) == 1:
        return leaves[0].text(edition)
    is_global, parent = home
    return _braced(
        path_prefix(parent, is_global, edition), [each.text(edition, len(parent)) for each in leaves]
    )


def path_prefix(path: Sequence[str], is_global: bool, edition: str) -> str:
    """Return how a path is written before braces; nothing for the empty path."""
    return "::" * is_global + "".join(f"{written(each, edition)}::" for each in path)


def _braced(prefix: str, texts: Sequence[str]) -> str:
    ordered = sorted(texts, key=lambda text: sort_key(text, is_ascii=False))
    return f"{prefix}{{{', '.join(ordered)}}}"


class _Group:
    """A braced part: what it holds, written anew."""

    def __init__(self, outline: Outline, node: UseNode, changes: Changes) -> None:
        assert node.opening is not None, "only groups have children"
        self.outline = outline
        self.node = node
        self.changes = changes
        self.source = outline.source
        self.opening = outline.code[node.opening].span
        self.closing = outline.code[node.last].span
        self.has_trailing_comma = outline.text(node.last - 1) == b","
        self.end_start = self.opening.end
        self.before = tuple(self._parts())

    def text(self) -> str | None:
        """Return the text of the whole part; None where nothing is left."""
        kept = [
            self._changed(child, part) for child, part in zip(self.node.children, self.before, strict=True)
        ]
        parts = [part for part in kept if part is not None]
        added = self.changes.added.get(self.node, [])
        if not parts and not added:
            return None
        parts = self._ordered(parts, added)
        if self._is_collapsed(parts):
            return self._single(parts[0].body)
        last = len(parts) - 1
        joined = "".join(part.text(i < last or self.has_trailing_comma) for i, part in enumerate(parts))
        end = self.source.text(Span(self.end_start, self.closing.start))
        return self._head() + "{" + joined + end + "}"

    def _parts(self) -> Iterator[_Part]:
        for child in self.node.children:
            span, comma = self._span(child), self.outline.code[child.last + 1].span
            has_comma = comma.start < self.closing.start
            start = self.end_start
            self.end_start = self._comments_end(comma.end if has_comma else span.end, has_comma)
            yield _Part(
                lead=self.source.text(Span(start, span.start)),
                body=self.source.text(span),
                between=self.source.text(Span(span.end, comma.start if has_comma else self.end_start)),
                trailing=self.source.text(Span(comma.end, self.end_start)) if has_comma else "",
                had_comma=has_comma,
                is_pinned=self._has_comment(start, self.end_start),
            )

    def _changed(self, child: UseNode, part: _Part) -> _Part | None:
        body = rendered(self.outline, child, self.changes)
        if body is None and part.is_pinned:
            where = f"{self.source.path}:{self.source.position(self._span(child).start)}"
            raise ImportEditError("comment", "a comment beside the import may be about it", where)
        return None if body is None else replace(part, body=body)

    def _ordered(self, parts: list[_Part], added: Sequence[str]) -> list[_Part]:
        """Return the parts and what is added in the group's own order; leads stay where they were."""
        lead = self._usual_lead()
        if any(part.is_pinned for part in self.before):
            parts = [*parts, *(_Part(lead, body) for body in added)]
            is_plain = not parts[0].lead.strip()
            return [replace(parts[0], lead=self.before[0].lead if is_plain else parts[0].lead), *parts[1:]]
        key = _order_of([part.body for part in self.before], self.outline.edition)
        for body in added:
            at = len(parts)
            if key is not None:
                at = next((i for i, part in enumerate(parts) if key(part.body) > key(body)), at)
            parts.insert(at, _Part(lead, body))
        if key is not None:
            parts.sort(key=lambda part: key(part.body))
        leads = [part.lead for part in self.before[: len(parts)]]
        leads += [lead] * (len(parts) - len(leads))
        return [replace(part, lead=each) for part, each in zip(parts, leads, strict=True)]

    def _usual_lead(self) -> str:
        """Return what stands before a part that is not the first."""
        plain = [part.lead for part in self.before if not part.is_pinned]
        if len(plain) > 1:
            return plain[-1]
        return plain[0] if plain and "\n" in plain[0] else " "

    def _is_collapsed(self, parts: Sequence[_Part]) -> bool:
        """Whether the braces go, because one part is left of several."""
        has_comment = self._has_comment(self.opening.start, self.closing.end)
        return len(parts) == 1 and len(self.before) > 1 and not has_comment

    def _head(self) -> str:
        if self.changes.home is not None:
            is_global, path = self.changes.home
            return path_prefix(path, is_global, self.outline.edition)
        return self.source.text(Span(self.outline.code[self.node.first].span.start, self.opening.start))

    def _single(self, body: str) -> str:
        """Return the only part that is left, without braces: `a::{self as b}` is `a as b`."""
        head = self._head()
        if not head.strip() or head.strip() == "::":
            return head.strip() + body
        if body == "self" or body.startswith("self as "):
            return head.rstrip().removesuffix("::") + body.removeprefix("self")
        return head + body

    def _comments_end(self, start: int, is_on_line: bool) -> int:
        """Return where the comments from `start` on end that belong to the part before."""
        end = start
        for token in self.outline.between(start, self.closing.start):
            is_other = token.kind is not TokenKind.COMMENT
            if is_other or (is_on_line and b"\n" in self.source.content[end : token.span.start]):
                break
            end = token.span.end
        return end

    def _has_comment(self, start: int, end: int) -> bool:
        return any(token.kind is TokenKind.COMMENT for token in self.outline.between(start, end))

    def _span(self, node: UseNode) -> Span:
        return self.outline.bytes_of(node.first, node.last)


def _order_of(texts: Sequence[str], edition: str) -> Callable[[str], tuple[object, ...]] | None:
    """Return the key by which `texts` are sorted; None where they are not."""
    candidates = (True, False) if edition >= "2024" else (False, True)
    for is_ascii in candidates:
        keys = [sort_key(text, is_ascii) for text in texts]
        if all(first <= second for first, second in pairwise(keys)):
            return lambda text, is_ascii=is_ascii: sort_key(text, is_ascii)  # type: ignore[misc]
    return None

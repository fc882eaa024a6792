"""Fields of type `Backtrace`, which go: `thiserror` does not take them, and the error around has its own.

A field goes with the values that its constructors give it. All code that touches it must be understood for
that, in all files of the package: values made by `Backtrace::new()`, patterns that do not look at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from codemods.recipe import Edit, Mention, MentionKind, Names, Span, SyntaxTree, TokenKind, tokens

from .declarations import Code, Declaration, Field, declaration_at, declaration_named
from .implementations import GONE, implementation_at, type_around
from .own_types import TypeRewrite

_BACKTRACE = ("failure", "Backtrace")
_FAIL = (("failure", "Fail"), ("failure_derive", "Fail"))
_MADE = ("new", "default")


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """A field that goes: of which variant (or struct), its position and name; `count` fields are there."""

    owner: str
    variant: str
    position: int
    name: str | None
    count: int
    is_seen: bool  # callers outside of the package may see it


@dataclass
class Backtraces:
    """The fields of all types of a package that derive `Fail`, and what is in their way.

    `fields` are by file and the place of the field. `trouble` says by type why its fields stay: the
    reason and the place there. `values` are the edits of the constructors by file.
    """

    fields: dict[tuple[PurePosixPath, Span], Dropped] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    values: dict[PurePosixPath, list[tuple[Dropped, Span, Edit]]] = field(default_factory=dict)

    def made_in(self, path: PurePosixPath) -> Iterator[TypeRewrite]:
        """Yield the edits of the file's constructors, each with what it covers."""
        for dropped, made, edit in self.values.get(path, ()):
            if dropped.owner not in self.trouble:
                yield TypeRewrite(dropped.owner, edit.span, (edit,), (made,), speaks=(made,))


def backtraces_of(files: Sequence[tuple[Names, Sequence[Mention]]], *, is_library: bool = True) -> Backtraces:
    """Return what is known of the backtraces in the types of one package; `files` are all of its files.

    What is `pub` in a library may be seen by callers outside of it.
    """
    found = Backtraces()
    for _, mentions in files:
        for mention in mentions:
            declaration = _declaration(mention)
            if declaration is not None:
                _declared(found, declaration, mentions, is_library)
    if found.fields:
        for names, mentions in files:
            tree = names.source.file_tree
            if tree is not None:
                _Uses(found, tree, mentions).read()
    return found


def why_kept(backtraces: Backtraces | None, path: PurePosixPath, span: Span) -> str | None:
    """Return why the field at `span` of the file stays; None where it goes."""
    found = backtraces.fields.get((path, span)) if backtraces is not None else None
    if found is None or backtraces is None:
        return "what handles it is not known"
    if found.is_seen:
        return "callers outside of the package may make it or take it apart"
    return backtraces.trouble.get(found.owner)


def element_removal(code: Code, start: int, end: int) -> Span:
    """Return what to delete for the element `start..end` of a list: with its comma, and its own line."""
    before, after = code.tokens[start - 1], code.tokens[end]
    has_comma = after.text == b","
    line = code.tree.source.line_span(code.tokens[start].span.start)
    is_alone = before.span.end <= line.start
    if has_comma and not is_alone and before.kind is TokenKind.OPEN:
        return Span(code.tokens[start].span.start, code.tokens[end + 1].span.start)
    stop = after.span.end if has_comma else code.tokens[end - 1].span.end
    if not has_comma and before.text == b",":
        return Span(before.span.start, stop)
    return Span(_behind_comment(code, start), stop)


def _behind_comment(code: Code, start: int) -> int:
    """Return the end of what stands before the token, or of the comment on that line."""
    end = code.tokens[start - 1].span.end
    line_end = code.tree.source.line_span(end).end
    for token in tokens(code.content, Span(end, code.tokens[start].span.start)):
        if token.kind is TokenKind.COMMENT and token.span.start < line_end:
            end = token.span.end
    return end


def is_backtrace(code: Code, each: Field, mentions: Sequence[Mention]) -> bool:
    """Whether a field's type is `Backtrace` itself, by whichever path."""
    if each.type_start >= each.end or code.text(each.end - 1) != b"Backtrace":
        return False
    span = code.span(each.type_start, each.end)
    return any(mention.span == span and mention.path == _BACKTRACE for mention in mentions)


def _declaration(mention: Mention) -> Declaration | None:
    """Return the type that derives `Fail` at the mention, or implements it."""
    if mention.path not in _FAIL:
        return None
    code = Code(mention.tree)
    if mention.kind is MentionKind.DERIVE:
        return declaration_at(code, mention.span.start)
    written = implementation_at(code, mention) if mention.kind is MentionKind.PATH else None
    return declaration_named(code, written.type_name) if written is not None else None


def _declared(
    found: Backtraces, declaration: Declaration, mentions: Sequence[Mention], is_library: bool
) -> None:
    code, path = declaration.code, declaration.code.tree.source.path
    for variant in declaration.variants:
        for position, each in enumerate(variant.fields):
            if not is_backtrace(code, each, mentions):
                continue
            is_open = declaration.keyword == "enum" or each.visibility == "pub"
            is_seen = is_library and is_open and declaration.visibility == "pub"
            found.fields[path, code.span(each.start, each.end)] = Dropped(
                declaration.name, variant.name, position, each.name, len(variant.fields), is_seen
            )
            if variant.is_repeated or (variant.is_tuple and len(variant.fields) == 1):
                found.trouble[declaration.name] = "it is the only field of a tuple"


class _Uses:
    """Reads one file for what touches the fields."""

    def __init__(self, found: Backtraces, tree: SyntaxTree, mentions: Sequence[Mention]) -> None:
        self.found = found
        self.code = Code(tree)
        self.path = tree.source.path
        self.mentions = {mention.span.start: mention for mention in mentions}
        self.gone = list(self._gone(mentions))

    def _gone(self, mentions: Sequence[Mention]) -> Iterator[Span]:
        """Yield the methods of each `impl Fail` that go away: what they do does not matter."""
        for mention in mentions:
            written = implementation_at(self.code, mention) if mention.path in _FAIL else None
            for method in written.methods if written is not None else ():
                if method.name in GONE:
                    yield self.code.span(method.start, method.end)

    def read(self) -> None:
        for dropped in self.found.fields.values():
            for at in range(len(self.code.tokens)):
                if dropped.name is not None:
                    self._named(dropped, at)
                elif self.code.text(at) == dropped.variant.encode() and self.code.text(at + 1) == b"(":
                    self._tuple(dropped, at)

    def _trouble(self, dropped: Dropped, at: int) -> None:
        place = self.code.tree.source.position(self.code.tokens[at].span.start)
        self.found.trouble.setdefault(dropped.owner, f"it is used at {self.path}:{place}")

    def _named(self, dropped: Dropped, at: int) -> None:
        code = self.code
        assert dropped.name is not None, "the field has a name"
        if code.text(at) != dropped.name.encode() or self._is_other(at):
            return
        end = self._made(at + 2) if code.text(at + 1) == b":" else None
        owner = self._owner(at)
        if end is None:
            self._trouble(dropped, at)
        elif owner == dropped.variant:
            self._remove(dropped, at, end, at + 2)

    def _is_other(self, at: int) -> bool:
        """Whether the word is a field of a type, a method, or part of a path."""
        code = self.code
        before, after = code.text(at - 1), code.text(at + 1)
        if before in (b"fn", b"::") or after in (b"::", b"!"):
            return True
        if before == b"." and after == b"(":
            return True
        spans = [*self.gone, *(span for path, span in self.found.fields if path == self.path)]
        return any(code.tokens[at].span in span for span in spans)

    def _tuple(self, dropped: Dropped, at: int) -> None:
        code = self.code
        if code.text(at - 1) in (b"struct", b"fn") or self._is_declaration(at):
            return
        parts = list(code.split(at + 2, code.partners[at + 1]))
        if any(code.words(*part) == ".." for part in parts):
            return
        if len(parts) != dropped.count:
            self._trouble(dropped, at)
            return
        start, end = parts[dropped.position]
        if self._made(start) == end or code.words(start, end) == "_":
            self._remove(dropped, start, end, start)
        else:
            self._trouble(dropped, at)

    def _is_declaration(self, at: int) -> bool:
        """Whether the parentheses behind the variant's name hold its types."""
        closing = self.code.partners[at + 1]
        inside = self.code.span(at + 1, closing + 1)
        return any(path == self.path and span in inside for path, span in self.found.fields)

    def _owner(self, at: int) -> str:
        """Return the last name of the path before the braces around a token."""
        around = max((each for each, end in self.code.partners.items() if each < at < end), default=0)
        name = self.code.text(around - 1).decode()
        return type_around(self.code, at).partition("<")[0] if name == "Self" else name

    def _made(self, at: int) -> int | None:
        """Return where `Backtrace::new()` ends that begins at the token `at`; None for another value."""
        mention = self.mentions.get(self.code.tokens[at].span.start)
        if mention is None or mention.path[:2] != _BACKTRACE or mention.path[2:] not in {(m,) for m in _MADE}:
            return None
        end = self.code.at(mention.span.end - 1) + 1
        return end + 2 if self.code.text(end) == b"(" and self.code.text(end + 1) == b")" else None

    def _remove(self, dropped: Dropped, start: int, end: int, made: int) -> None:
        if self.code.text(end) not in (b",", b"}", b")"):
            self._trouble(dropped, start)
            return
        mention = self.mentions.get(self.code.tokens[made].span.start)
        span = mention.span if mention is not None else self.code.span(made, end)
        edit = Edit(element_removal(self.code, start, end), "")
        self.found.values.setdefault(self.path, []).append((dropped, span, edit))

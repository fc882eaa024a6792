"""`struct Error { inner: Context<ErrorKind> }`, rebuilt without `failure`: a kind, and what caused it.

The type, its `kind()` and its conversions from a kind stay. Calls of `.context(ErrorKind::X)` on results stay
as they are, too: a small trait of the package's own takes the place of failure's `ResultExt`. Only the usual
shapes are taken; whatever else touches the field is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from codemods.recipe import Edit, Mention, MentionKind, Names, Span

from .causes import STD_ERROR
from .declarations import Code, Declaration, declaration_of
from .hand_written import removal
from .implementations import Implementation, implementation_at, type_around
from .own_types import Refusal, TypeRefused, TypeRewrite
from .types import FAIL, all_mentions

_CONTEXT = ("failure", "Context")
_CAUSE = f"Option<Box<dyn {STD_ERROR} + Send + Sync>>"
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, eq=False)
class KindError:
    """One error type made of a `Context` of a kind.

    `claims` are the items of it that `rewrite` changes: the type, its `impl Fail`, its conversion from a
    `Context`. `trait` is the name of the trait that `rewrite` may add to the file.
    """

    name: str
    kind: str
    claims: tuple[Span, ...]
    parts: _Parts
    trait: str = "ResultExt"

    def rewrite(self, uses: frozenset[str] = frozenset()) -> TypeRewrite:
        """Return the edits of the file; with the trait, for those of "context", "with_context" in `uses`."""
        edits, covers = self.parts.edits(self.trait, uses)
        note = (
            f"`{self.name}` holds its kind and its cause: `{{:?}}` shows them in another layout, and it is no"
            f" longer made from a `failure::Context<{self.kind}>`."
        )
        span = self.parts.declaration.span
        return TypeRewrite(self.name, span, tuple(edits), tuple(covers), (), frozenset(), (note,))


def kind_errors(names: Names, mentions: Sequence[Mention] | None = None) -> Iterator[KindError | TypeRefused]:
    """Yield each type of the file whose only field is a `Context` of one of the file's types.

    `mentions` are those of `failure` and `failure_derive` in the file, where the caller has them.
    """
    found = list(mentions) if mentions is not None else all_mentions(names)
    for mention in found:
        if mention.kind is MentionKind.PATH and mention.path == _CONTEXT:
            parts = _parts(Code(mention.tree), mention, found)
            if parts is not None:
                yield _kind_error(parts, mention)


def module_path(path: PurePosixPath, root: PurePosixPath) -> str:
    """Return the module that the file `path` is, seen from the crate whose root file is `root`."""
    if path == root:
        return "crate"
    parts = list(path.relative_to(root.parent).with_suffix("").parts)
    if parts[-1] == "mod":
        parts.pop()
    return "::".join(["crate", *parts])


def _kind_error(parts: _Parts, mention: Mention) -> KindError | TypeRefused:
    try:
        parts.edits("ResultExt", frozenset())
    except Refusal as refusal:
        at = refusal.at or mention.span
        span = parts.declaration.span
        return TypeRefused(parts.name, span, parts.claims, refusal.code, refusal.reason, at)
    return KindError(parts.name, parts.kind, parts.claims, parts)


def _parts(code: Code, mention: Mention, mentions: Sequence[Mention]) -> _Parts | None:
    """Return the type that has the field of type `Context<Kind>` at `mention`; None where none has."""
    at = code.at(mention.span.end - 1)
    declaration = declaration_of(code, at)
    is_plain = declaration is not None and declaration.keyword == "struct" and not declaration.is_generic
    if declaration is None or not is_plain or mention.tree.example is not None:
        return None  # an example cannot hold more lines than it has
    fields = declaration.fields
    if len(fields) != 1 or fields[0].name is None or code.at(mention.span.start) != fields[0].type_start:
        return None
    kind = code.words(at + 2, fields[0].end - 1)
    if code.text(at + 1) != b"<" or code.text(fields[0].end - 1) != b">" or not _NAME.fullmatch(kind):
        return None
    return _Parts(code, declaration, fields[0].name, kind, mentions)


class _Parts:
    """The code of one file that is about the type: found, and rewritten."""

    def __init__(
        self, code: Code, declaration: Declaration, field: str, kind: str, mentions: Sequence[Mention]
    ) -> None:
        self.code = code
        self.declaration = declaration
        self.name = declaration.name
        self.field = field.encode()
        self.kind = kind
        self.mentions = mentions

    @property
    def claims(self) -> tuple[Span, ...]:
        """The type, its `impl Fail` and its conversion from a `Context`."""
        parts = [self.declaration.span]
        parts += [self.fail.span] if self.fail is not None else []
        parts += [self.code.span(*self.conversion)] if self.conversion is not None else []
        return tuple(parts)

    @cached_property
    def fail(self) -> Implementation | None:
        """Its `impl Fail`."""
        for mention in self.mentions:
            if mention.kind is MentionKind.PATH and mention.path in FAIL:
                found = implementation_at(self.code, mention)
                if found is not None and found.target == self.name:
                    return found
        return None

    @cached_property
    def conversion(self) -> tuple[int, int] | None:
        """The tokens of `impl From<Context<Kind>> for Error { … }`."""
        wanted = [b"<", self.kind.encode(), b">", b">", b"for", self.name.encode(), b"{"]
        for mention in self._contexts:
            last = self.code.at(mention.span.end - 1)
            first = self.code.at(mention.span.start) - 3
            if [self.code.text(last + 1 + step) for step in range(len(wanted))] != wanted:
                continue
            if [self.code.text(first + step) for step in range(3)] == [b"impl", b"From", b"<"]:
                return first, self.code.after(last + len(wanted))
        return None

    @property
    def _contexts(self) -> Iterator[Mention]:
        return (each for each in self.mentions if each.path[:2] == _CONTEXT and each.kind is MentionKind.PATH)

    def edits(self, trait: str, uses: frozenset[str]) -> tuple[list[Edit], list[Span]]:
        """Return the edits, and the mentions of failure that they settle.

        Raises:
            Refusal: something about the type has another shape than the usual one.
        """
        if self.fail is None:
            raise self._refusal("its `impl Fail` does not stand in the same file", self.declaration.span)
        edits = [self._declared(), *self._implemented(self.fail), *self._converted(trait, uses)]
        skipped = [(self.fail.start, self.fail.closing + 1), *([self.conversion] if self.conversion else [])]
        edits += self._used(skipped)
        settled = [each.span for each in self.mentions if any(each.span in edit.span for edit in edits)]
        return edits, [*settled, self.fail.mention.span]

    def _refusal(self, reason: str, at: Span) -> Refusal:
        return Refusal("context-value", f"`{self.name}` holds a `Context`, and {reason}", at)

    def _declared(self) -> Edit:
        (field,) = self.declaration.fields
        derived = [
            meta for each in self.declaration.attributes for meta in each.metas if meta.name == "derive"
        ]
        if field.visibility or field.attributes:
            raise self._refusal("others see its field", self.code.span(field.start, field.end))
        if any(meta.inner is None or self.code.words(*meta.inner) != "Debug" for meta in derived):
            raise self._refusal("it derives more than `Debug`", self.declaration.span)
        return self._fields(field.start, field.end, self.kind, _CAUSE)

    def _fields(self, start: int, end: int, kind: str, cause: str) -> Edit:
        """Return the edit of the one field, declared or set, into two: on lines of their own if it is."""
        source = self.code.tree.source
        line = source.line_span(self.code.tokens[start].span.start)
        text = source.text(line)
        indent = text[: len(text) - len(text.lstrip())]
        is_alone = line.start + len(indent.encode()) == self.code.tokens[start].span.start
        between = f",{source.newline}{indent}" if is_alone else ", "
        first = "kind" if kind == "kind" else f"kind: {kind}"
        return Edit(self.code.span(start, end), f"{first}{between}source: {cause}")

    def _implemented(self, fail: Implementation) -> Iterator[Edit]:
        """Yield the edits of `impl Fail`: its `cause` asks the `Context`, everything else goes."""
        code, cause = self.code, None
        for method in fail.methods:
            if method.name == "cause":
                cause = method
            elif method.name not in ("backtrace", "name"):
                raise self._refusal("its `impl Fail` is an unusual one", fail.span)
        if (
            cause is None
            or code.words(cause.opening + 1, cause.end - 1) != f"self.{self.field.decode()}.cause()"
        ):
            raise self._refusal("its `cause` does not ask the `Context`", fail.span)
        source = code.tree.source
        newline, step = source.newline, "    "
        signature = f"fn source(&self) -> Option<&(dyn {STD_ERROR} + 'static)>"
        body = f"{newline}{step * 2}self.source.as_ref().map(|error| error.as_ref() as _){newline}"
        yield Edit(fail.mention.span, STD_ERROR)
        yield Edit(
            code.span(fail.opening, fail.closing + 1),
            f"{{{newline}{step}{signature} {{{body}{step}}}{newline}}}",
        )

    def _converted(self, trait: str, uses: frozenset[str]) -> Iterator[Edit]:
        """Yield the edit of the conversion from a `Context`: the trait stands there, if it is used."""
        if self.conversion is None:
            if uses:
                raise self._refusal("nothing makes it of a `Context`", self.declaration.span)
        elif uses:
            yield Edit(self.code.span(*self.conversion), self._trait(trait, uses))
        else:
            yield Edit(removal(self.code, *self.conversion), "")

    def _trait(self, trait: str, uses: frozenset[str]) -> str:
        result = f"std::result::Result<T, {self.name}>"
        plain = f"fn context(self, kind: {self.kind}) -> {result}"
        lazy = f"fn with_context<F: FnOnce(&E) -> {self.kind}>(self, kind: F) -> {result}"
        both = (("context", plain, "kind"), ("with_context", lazy, "kind: kind(&error)"))
        methods = [
            (
                signature,
                f"        self.map_err(|error| {self.name} {{\n            {kind},\n"
                f"            source: Some(error.into()),\n        }})",
            )
            for name, signature, kind in both
            if name in uses
        ]
        text = "/// Gives the error of a result a kind, and keeps it as the cause.\n"
        text += f"pub(crate) trait {trait}<T, E> {{\n"
        text += "\n".join(f"    {signature};\n" for signature, _ in methods) + "}\n\n"
        text += f"impl<T, E> {trait}<T, E> for std::result::Result<T, E>\nwhere\n"
        text += f"    E: Into<Box<dyn {STD_ERROR} + Send + Sync>>,\n{{\n"
        text += "\n".join(f"    {signature} {{\n{body}\n    }}\n" for signature, body in methods) + "}"
        return text.replace("\n", self.code.tree.source.newline)

    def _used(self, skipped: Sequence[tuple[int, int]]) -> Iterator[Edit]:
        """Yield the edits of all other places that use the field.

        Raises:
            Refusal: one of them has another shape than the usual ones.
        """
        code, at = self.code, 0
        while at < len(code.tokens):
            inside = next((end for start, end in skipped if start <= at < end), None)
            if inside is not None:
                at = inside
                continue
            if code.text(at) == self.field and code.text(at - 1) == b"." and self._is_about(at):
                yield self._read(at)
            elif self._is_converted(at):
                yield self._from(at)
            elif self._is_literal(at) and self._is_about(at):
                yield self._made(at + 2)
            at += 1

    def _is_converted(self, at: int) -> bool:
        """Whether `Error::from(Context::new(…))` begins here: a conversion that goes."""
        named = self.code.text(at) in (self.name.encode(), b"Self") and self._is_about(at)
        return (
            named
            and self.code.words(at + 1, at + 4) == "::from("
            and self._is_new(at + 4, self._last(at + 3))
        )

    def _last(self, opening: int) -> int:
        """Return where the arguments end behind the delimiter `opening`, without a trailing comma."""
        closing = self.code.partners[opening]
        return closing - (self.code.text(closing - 1) == b",")

    def _from(self, at: int) -> Edit:
        end = self._last(at + 3)
        kind = self.code.tree.source.text(self.code.span(self.code.openings[end - 1] + 1, end - 1))
        first = "kind" if kind == "kind" else f"kind: {kind}"
        text = f"{self.code.text(at).decode()} {{ {first}, source: None }}"
        return Edit(self.code.span(at, self.code.after(at + 3)), text)

    def _is_literal(self, at: int) -> bool:
        """Whether the type's name begins a value or pattern, and is no result type, `impl` or declaration."""
        is_named = self.code.text(at) in (self.name.encode(), b"Self") and self.code.text(at + 1) == b"{"
        return is_named and self.code.text(at - 1) not in (b"->", b"for", b"impl", b"struct", b"::")

    def _is_about(self, at: int) -> bool:
        """Whether `self.field` or `Self` at `at` may be the type's: not so in an `impl` of another one."""
        target = type_around(self.code, at)
        if code_is_self(self.code, at):
            return target == self.name
        return True

    def _read(self, at: int) -> Edit:
        """Return the edit of `self.field` and what asks it."""
        code, start = self.code, at - 2
        if code.text(start) != b"self":
            raise self._refusal("its field is used by other code", code.tokens[at].span)
        if code.words(at + 1, at + 5) == ".get_context()":
            if code.text(start - 1) == b"*":
                return Edit(code.span(start - 1, at + 5), "self.kind")
            text = "self.kind" if code.text(at + 5) == b"." else "&self.kind"
            return Edit(code.span(start, at + 5), text)
        shown = self._shown(start, at)
        if shown is None:
            raise self._refusal("its field is used in an unusual way", code.span(start, at + 1))
        return shown

    def _shown(self, start: int, at: int) -> Edit | None:
        """Return the edit where the `Context` is printed: it does that by a plain `{}` of the kind."""
        code = self.code
        group = max((each for each, end in code.partners.items() if each < start < end), default=-1)
        if code.words(at + 1, at + 4) == ".fmt(" and code.text(at + 5) == b")":
            return Edit(code.span(start, at + 6), f'write!({code.text(at + 4).decode()}, "{{}}", self.kind)')
        call = re.fullmatch(r"&self\.\w+,(\w+),?", code.words(group + 1, code.partners.get(group, group)))
        if call is not None and code.words(group - 3, group) == "Display::fmt":
            first = group - 3
            while code.text(first - 1) == b"::" and _NAME.fullmatch(code.text(first - 2).decode()):
                first -= 2
            first -= code.text(first - 1) == b"::"
            return Edit(code.span(first, code.after(group)), f'write!({call[1]}, "{{}}", self.kind)')
        if code.text(group - 1) == b"!" and code.words(group + 2, group + 4) == ',"{}"':
            return Edit(code.span(start, at + 1), "self.kind")
        return None

    def _made(self, at: int) -> Edit:
        """Return the edit of a literal of the type, whose field stands at `at`."""
        code = self.code
        closing = code.partners[at - 1]
        end = closing - (code.text(closing - 1) == b",")
        if code.text(at) != self.field or code.text(at + 1) != b":":
            raise self._refusal("it is made or taken apart in an unusual way", code.span(at - 2, closing + 1))
        start = at + 2
        text = code.tree.source.text
        if self._is_new(start, end):
            opening = code.openings[end - 1]
            return self._fields(at, end, text(code.span(opening + 1, end - 1)), "None")
        if code.words(start + 1, start + 4) == ".context(" and code.partners[start + 3] == end - 1:
            cause = f"Some({code.text(start).decode()}.into())"
            return self._fields(at, end, text(code.span(start + 4, end - 1)), cause)
        raise self._refusal("it is made in an unusual way", code.span(at, end))

    def _is_new(self, start: int, end: int) -> bool:
        """Whether the tokens are `Context::new(…)`."""
        first = self.code.tokens[start].span.start
        made = any(each.span.start == first and each.path == (*_CONTEXT, "new") for each in self.mentions)
        return made and self.code.text(end - 1) == b")" and self.code.openings[end - 1] > start


def code_is_self(code: Code, at: int) -> bool:
    """Whether the token is `Self`, or the field of `self`."""
    return code.text(at) == b"Self" or code.text(at - 2) == b"self"

"""Paths into failure: its types, traits and functions, wherever an import does not say it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.recipe import Edit, Mention, MentionKind, Source, Span

from .rewrites import Left, Outcome, Rewrite, rewrite

if TYPE_CHECKING:
    from tree_sitter import Node

STD_ERROR = "std::error::Error"
BOXED = f"dyn {STD_ERROR} + Send + Sync"
BOUND = f"{STD_ERROR} + Send + Sync + 'static"
_LEFT = {
    "AsFail": "`AsFail` has no counterpart: callers of a generic over it must be looked at",
    "Backtrace": "failure's `Backtrace` is a type of its own; std's has other methods and another text",
    "Compat": "`Compat` hides the causes of an error on purpose; what it wraps is a std error after the upgrade",
    "Context": "`Context` as a type has no counterpart in anyhow; `anyhow::Error` is what carries contexts",
    "SyncFailure": "`SyncFailure` makes an error `Sync` that is not; anyhow has nothing like it",
}
_CODES = {
    "AsFail": "as-fail",
    "Backtrace": "backtrace",
    "Compat": "compat",
    "Context": "context-value",
    "SyncFailure": "sync-failure",
}
_QUESTIONS = {
    "Context": (
        ("anyhow", "the value becomes `anyhow::Error`: callers lose `get_context`, and the type parameter"),
        ("keep", "nothing changes"),
    ),
    "Compat": (
        ("unwrapped", "the type becomes the error itself, so its causes are seen"),
        ("keep", "nothing changes"),
    ),
    "SyncFailure": (
        ("message", '`anyhow!("{}", error)`: the same text, the type is lost'),
        ("keep", "nothing changes"),
    ),
}


def rewrite_path(source: Source, mention: Mention, *, error_name: str | None) -> Outcome:
    """Return what becomes of a path, other than an import, a macro or a derive.

    `error_name` is what `failure::Error` is called where the path stands, if it has a name there.
    """
    item, rest = mention.path[1], mention.path[2:]
    match item:
        case "Error":
            return _error(source, mention, rest)
        case "Fallible":
            return rewrite([Edit(mention.span, "anyhow::Result")])
        case "err_msg":
            return rewrite([Edit(mention.span, f"{error_name or 'anyhow::Error'}::msg")])
        case "Causes":
            return rewrite([Edit(mention.span, "anyhow::Chain")])
        case "Fail" if not rest:
            return _fail(source, mention)
        case "Context" if rest in (("new",), ("from",)) and not _is_kind(source, mention):
            return rewrite([Edit(mention.span, f"{error_name or 'anyhow::Error'}::msg")])
        case "ResultExt":
            return _extension(mention, rest)
    if mention.kind is MentionKind.DOC_LINK:
        return Rewrite()
    if item in _LEFT:
        return Left(_CODES[item], _LEFT[item], _QUESTIONS.get(item, ()))
    return Left("item", f"`{'::'.join(mention.path)}` has no counterpart")


def crate_edit(source: Source, mention: Mention) -> list[Edit]:
    """Return the edit of the crate's name in a path that begins with it; none where an import gives the rest."""
    first = mention.segments[0]
    named = len(mention.path) - len(mention.segments)
    if mention.kind is MentionKind.DOC_LINK:
        return _link_edit(source, mention.span)
    if named > 0 or source.text(first) not in ("failure", "failure_derive"):
        return []
    return [Edit(first, "anyhow")]


def _link_edit(source: Source, span: Span) -> list[Edit]:
    text = source.text(span)
    head = text.removeprefix("::").partition("::")[0]
    if head not in ("failure", "failure_derive"):
        return []
    start = span.start + (2 if text.startswith("::") else 0)
    return [Edit(Span(start, start + len(head)), "anyhow")]


def _error(source: Source, mention: Mention, rest: tuple[str, ...]) -> Outcome:
    edits = crate_edit(source, mention)
    match rest:
        case ("from_boxed_compat",):
            return rewrite([*edits, Edit(mention.segments[-1], "from_boxed")])
        case ("iter_chain",):
            return rewrite([*edits, Edit(mention.segments[-1], "chain")])
        case ("find_root_cause",):
            return rewrite([*edits, Edit(mention.segments[-1], "root_cause")])
        case ("compat",):
            return Left("compat", "`Error::compat` makes one flat message of an error", _QUESTIONS["Compat"])
        case ("cause" | "as_fail" | "iter_causes" | "causes" | "name" | "backtrace",):
            return Left("method", f"`Error::{rest[0]}` as a function has no counterpart in anyhow")
        case ("downcast" | "downcast_ref" | "downcast_mut",):
            return Left("downcast-context", f"`Error::{rest[0]}` as a function also finds what contexts wrap")
    return rewrite(edits)


def _extension(mention: Mention, rest: tuple[str, ...]) -> Outcome:
    if rest == ("context",):
        return rewrite([Edit(mention.span, "anyhow::Context::context")])
    if mention.kind is MentionKind.DOC_LINK:
        return Rewrite()
    return Left("extension-trait", "failure's `ResultExt` is named as a trait; anyhow's has other methods")


def _fail(source: Source, mention: Mention) -> Outcome:
    if mention.kind is MentionKind.DOC_LINK:
        return Rewrite((Edit(mention.span, STD_ERROR),))
    if not mention.tree.exact:
        return Left("unparsed", "`Fail` stands among tokens that are no Rust syntax")
    parent = mention.node.parent
    kind = parent.type if parent is not None else ""
    if kind == "dynamic_type" and parent is not None:
        return _trait_object(source, parent, parent.parent)
    if kind == "abstract_type" and parent is not None:
        bound = BOUND if not _is_behind_reference(parent) else f"({BOUND})"
        return Rewrite((Edit(mention.span, bound),))
    if kind == "trait_bounds":
        return Rewrite((Edit(mention.span, BOUND),))
    if kind in ("reference_type", "type_arguments") and parent is not None:
        return _trait_object(source, mention.node, parent)  # `&Fail`, as the edition 2015 has it
    return Left("fail-trait", "`Fail` is named in a way that is not understood here")


def _trait_object(source: Source, node: Node, parent: Node | None) -> Outcome:
    span = Span(node.start_byte, node.end_byte)
    kind = parent.type if parent is not None else ""
    if kind == "reference_type":
        return Rewrite((Edit(span, f"(dyn {STD_ERROR} + 'static)"),))
    if kind == "type_arguments" and parent is not None and parent.parent is not None:
        name = parent.parent.child_by_field_name("type")
        text = "" if name is None else source.text(Span(name.start_byte, name.end_byte))
        if text.rpartition("::")[2] in ("Box", "Arc", "Rc"):
            return Rewrite((Edit(span, BOXED),))
    return Left("fail-trait", "`dyn Fail` stands where its lifetime and bounds are not clear")


def _is_behind_reference(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "reference_type"


def _is_kind(source: Source, mention: Mention) -> bool:
    """Whether the context is a value that somebody gets out again: anything but a text."""
    rest = source.content[mention.span.end : mention.span.end + 24].lstrip()
    if not rest.startswith(b"("):
        return True
    argument = rest[1:].lstrip()
    return not argument.startswith((b'"', b"format!", b'r"', b"String::from"))

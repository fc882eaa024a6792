"""quick-error's contexts, without quick-error: `Context` and `ResultExt` become the crate's own.

    File::open(path).context(path)?

Calls stay as they are, and so do the conversions that a declaration's `context(…)` clauses ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.recipe import (
    Edit,
    ImportEdits,
    Names,
    Namespace,
    Package,
    Site,
    Source,
    Span,
    Token,
    TokenKind,
    tokens,
)

from .crates import import_at
from .declarations import Clause, Variant
from .enums import text_of
from .expressions import code_tokens, split_arguments
from .finding import CONTEXT_CALL, KIND, PATH
from .impls import conditions_of, made_of
from .invocations import Invocation
from .layout import block

if TYPE_CHECKING:
    from tree_sitter import Node

_OURS = ("Context", "ResultExt")


class ContextError(Exception):
    """The contexts of a package cannot become its own."""


@dataclass(frozen=True, slots=True)
class Contexts:
    """Where a package's own `Context` and `ResultExt` are defined: behind the declaration `home`.

    `module` is the path of its module from the crate's root.
    """

    home: Invocation
    module: tuple[str, ...]

    def path_in(self, source: Source) -> str:
        """Return the path of the module as `source` has to write it before a name, with a `::` at its end."""
        if source.path == self.home.site.source.path:
            return ""
        return "::".join(("crate", *self.module, ""))

    def definitions(self, source: Source) -> list[list[str]]:
        """Return the lines of the items that stand for quick-error's."""
        at = self.home.whole.start
        meaning = Names(source, {}).meaning("Result", at, Namespace.TYPE)
        result = "Result" if meaning == ("std", "result", "Result") else "std::result::Result"
        head = f"fn context<X>(self, context: X) -> {result}<T, Context<X, E>>"
        return [
            [
                "/// An error, and what was being done when it came up.",
                "#[derive(Debug)]",
                "pub(crate) struct Context<X, E>(pub(crate) X, pub(crate) E);",
            ],
            [
                "/// Adds a context to the error of a result.",
                *block("pub(crate) trait ResultExt<T, E>", [f"{head};"]),
            ],
            block(
                f"impl<T, E> ResultExt<T, E> for {result}<T, E>",
                block(head, ["self.map_err(|err| Context(context, err))"]),
            ),
        ]


def contexts_of(
    package: Package, invocations: Sequence[Invocation], sites: Sequence[Site]
) -> Contexts | None:
    """Return where the package's contexts can be defined; None where nothing makes one.

    `sites` are all that name quick-error in the package.

    Raises:
        ContextError: they cannot.
    """
    users = [site for site in sites if uses_contexts(site)]
    homes = [each for each in invocations if has_context(each)]
    if not users:
        return None
    if not homes:
        raise ContextError("no declaration of the package is made from a context")
    home = homes[0]
    if any(node.type == "mod_item" for node in _ancestors(home.site)):
        raise ContextError(f"`{home.declaration.enum}` is declared in an inline module")
    _check_names(home, sites)
    files = {site.source.path for site in users} | {each.site.source.path for each in homes}
    module = _module_of(package, home.site.source.path)
    others = files - {home.site.source.path}
    if others and (module is None or len(module) > 1):
        raise ContextError(f"the module of {home.site.source.path} may not be within reach of the others")
    if any(_is_glob(site) and site.source.path in others for site in sites):
        raise ContextError("a file imports all of quick-error's names")
    if any(_crate_of(package, path) != _crate_of(package, home.site.source.path) for path in others):
        raise ContextError("several crates of the package use contexts")
    return Contexts(home, module or ())


def has_context(invocation: Invocation) -> bool:
    """Whether the declaration can be made from a context."""
    return any(variant.clause("context") for variant in invocation.declaration.variants)


def context_items(invocation: Invocation, contexts: Contexts) -> Iterator[list[str]]:
    """Yield the lines of a conversion for each `context(…)` clause of the declaration."""
    source, name = invocation.site.source, invocation.declaration.enum
    for variant in invocation.declaration.variants:
        for clause in variant.all_of("context"):
            impl = _conversion(source, variant, clause, name, contexts.path_in(source))
            yield [*invocation.dialect.conditions, *conditions_of(source, variant), *impl]
    if contexts.home is invocation:
        yield from contexts.definitions(source)


def _conversion(source: Source, variant: Variant, clause: Clause, enum: str, path: str) -> list[str]:
    assert clause.output is not None, "checked when it was read"
    parts = split_arguments(code_tokens(source.content, clause.input), has_types=True)
    (context, given), (error, failure) = (_parameter(source, part) for part in parts)
    generics = ""
    if given.startswith("AsRef<"):
        generics, given = f"<T: {given}>", "T"
    elif "'a" in given or "'a" in failure:
        generics = "<'a>"
    kind = f"{path}Context<{given}, {failure}>"
    head = f"fn from({path}Context({context}, {error}): {kind}) -> Self"
    return block(
        f"impl{generics} From<{kind}> for {enum}", block(head, made_of(source, variant, clause.output))
    )


def context_edits(contexts: Contexts, sites: Sequence[Site]) -> list[Edit]:
    """Return the edits of imports and paths at `sites`, all of one file, that name quick-error's items."""
    source = sites[0].source
    path = contexts.path_in(source)
    imports, edits = ImportEdits(source), []
    for site in sites:
        if site[KIND].text == "use":
            found = import_at(site)
            if found.path[-1] in _OURS and path:
                imports.replace(found, f"{path}{found.path[-1]}", found.name)
            else:
                imports.remove(found)
        elif site[KIND].text == "path" and "quick_error" in site.text:
            rest = site.text.rpartition("quick_error")[2].lstrip(": ")
            edits.append(Edit(site.span, f"{path}{rest}"))
    return [*imports.edits(), *edits]


def uses_contexts(site: Site) -> bool:
    """Whether the site is about contexts: an import of theirs, a path to them, a call."""
    if site.source.is_manifest:
        return False
    match site[KIND].text:
        case "use":
            return import_at(site).path[-1] in _OURS
        case "path":
            return not set(_OURS).isdisjoint(site[PATH].text.split("::"))
        case kind:
            return kind == CONTEXT_CALL


def _is_glob(site: Site) -> bool:
    return not site.source.is_manifest and site[KIND].text == "use" and import_at(site).is_glob


def _check_names(home: Invocation, sites: Sequence[Site]) -> None:
    """Raise ContextError where a name that is to be defined means something else in the file."""
    source = home.site.source
    known = [site.span for site in sites if site.source.path == source.path]
    for token in tokens(source.content):
        is_name = token.kind is TokenKind.WORD and token.text.decode() in _OURS
        if is_name and not any(token.span in span for span in known):
            raise ContextError(f"{source.path} has another `{token.text.decode()}`")


def _module_of(package: Package, path: PurePosixPath) -> tuple[str, ...] | None:
    """Return the module that the file is, where files lie as their modules do."""
    root = _crate_of(package, path)
    if root is None:
        return None
    if root == path:
        return ()
    parts = path.relative_to(root.parent).with_suffix("").parts
    return parts[:-1] if parts[-1] == "mod" else parts


def _crate_of(package: Package, path: PurePosixPath) -> PurePosixPath | None:
    """Return the root file of the crate that the file is part of; libraries before programs."""
    roots = [target.path for target in package.targets]
    if path in roots and path.name not in ("lib.rs", "main.rs"):
        return path
    around = [
        root for root in roots if path.is_relative_to(root.parent) and root.name in ("lib.rs", "main.rs")
    ]
    return min(around, key=lambda root: (-len(root.parts), root.name), default=None)


def _ancestors(site: Site) -> Iterator[Node]:
    node = site.node.parent
    while node is not None:
        yield node
        node = node.parent


def _parameter(source: Source, part: Sequence[Token]) -> tuple[str, str]:
    """Return name and type of a parameter."""
    name, _, given = text_of(source, Span(part[0].span.start, part[-1].span.end)).partition(":")
    return name.strip(), given.strip()

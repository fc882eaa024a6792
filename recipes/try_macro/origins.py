"""Whose `try!` a site is: std's, somebody else's, or nobody knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codemods.recipe import Answer, Import, Known, MacroOrigin, MacroRules, Skipped

from .calls import Call
from .definitions import EVALUATING
from .imports import reaches
from .outline import Outline

ORIGIN = MacroOrigin("try", note="use the `?` operator instead")
RULES = MacroRules(EVALUATING)

_STD_PATHS = frozenset({"try", "std::try", "core::try", "::std::try", "::core::try"})
_RIVAL = re.compile(
    rb"\bmacro_rules!\s*(?:r#)?try\b|\bmacro\s+(?:r#)?try\b|\bas\s+(?:r#)?try\b|\buse\s[^;]*\b(?:r#)?try\s*[;,}]"
)
# Folders whose files are compiled by a test, to see what the compiler says about them.
_COMPILER_INPUT = re.compile(
    r"(?:^|/)tests?/(?:.*/)?(?:ui|compile[-_]fail|compiletest|run[-_](?:pass|fail)|expand|macrotest)/"
)


def left_by_example(outline: Outline, rewrites_ignored: bool) -> Skipped | None:
    """Return why a doc example is not to be touched; None in other code."""
    example = outline.tree.example
    if example is None:
        return None
    if "compile_fail" in example.attributes:
        return Skipped("compile-fail", "the example is there to fail; this may be why")
    if "ignore" in example.attributes and not rewrites_ignored:
        return Skipped("ignored-example", "the example is marked `ignore`: nothing compiles it")
    if _RIVAL.search(outline.content):
        return Skipped("own-macro", "the example brings its own `try!`")
    return None


def left_by_origin(call: Call, answer: Answer, imports: Sequence[Import]) -> Skipped | None:
    """Return why the site may not be std's `try!`; None where it is, or where only no build shows it."""
    if isinstance(answer, Known):
        is_own = answer.value == "own"
        return Skipped("own-macro", f"this `try!` is not std's: {answer.evidence}") if is_own else None
    if answer.contested or _has_rival(call.outline, imports):
        return _unresolved(answer.reason)
    path = call.path.replace("r#", "")
    if path not in _STD_PATHS:
        left = _left_by_name(call.outline, call.first, [each for each in imports if each.name == path])
        if left is not None:
            return left
    if _COMPILER_INPUT.search(str(call.site.source.path)):
        return Skipped("compiler-input", "the file is input of a compiler test")
    if call.is_guessed:
        return Skipped("unparsed", f"the parser does not understand its operand: {answer.reason}")
    return None


def _left_by_name(outline: Outline, index: int, imports: Sequence[Import]) -> Skipped | None:
    """Return why no import gives its name to the macro that is called at the token `index`."""
    if not imports:
        return _unresolved("nothing imports it under this name")
    if not any(reaches(outline, found, index) for found in imports):
        return Skipped("own-macro", f"std's `try!` is called `{imports[0].name}!` in another module only")
    definitions = [each for each in outline.definitions() if each.name == imports[0].name]
    return _unresolved("the file defines another macro of this name") if definitions else None


def _unresolved(reason: str) -> Skipped:
    return Skipped("unresolved-macro", f"it may not be std's `try!`: {reason}")


def _has_rival(outline: Outline, imports: Sequence[Import]) -> bool:
    """Whether the file itself defines or imports another `try!`."""
    std = sum(found.name == "try" for found in imports)
    return sum(1 for _ in _RIVAL.finditer(outline.original)) > std

"""Write `?` instead of the `try!` macro.

The operator does what the macro did: it converts the error with `From` and returns it. It
stands where the value is used, so chains read from left to right, and `try` is a keyword
since the 2018 edition.

    let text = try!(try!(File::open(path)).read());
    ->
    let text = File::open(path)?.read()?;

An operand that would lose its meaning gets parentheses, comments stay where they are:

    let size = try!(*cached /* bytes */);
    ->
    let size = (*cached)? /* bytes */;

Where `try!` was what told rustc that the operand is a `Result`, `?` alone does not compile; then
the type is written out: `lines.collect::<Result<_, _>>()?`.

Left alone: a `try!` of the crate's own, what callers of a macro write (its matcher), macros that
may look at tokens rather than evaluate them, `quote!` templates, prose and strings, examples
marked `ignore` or `compile_fail`. A `try!` whose text an assertion prints is a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.recipe import (
    Applicability,
    Facts,
    Finder,
    MacroOrigin,
    MacroRules,
    Proposal,
    SameTree,
    Setting,
    Settings,
    Site,
    recipe,
)

from .definitions import EVALUATING
from .finding import CONFIRM, NEEDLE, find_try
from .outline import Outline, root_of
from .planning import Plan

CODES = {
    "alias": "std's macro is imported under a name, and not every use of the import can be converted.",
    "attribute": "its operand has an attribute, which cannot stand before `x?`.",
    "attribute-input": "it is part of an attribute, which reads its tokens.",
    "comment": "a comment in `try! (` ends a line, and has no place when these tokens are gone.",
    "compile-fail": "the documentation example is there to fail; this may be why.",
    "compiler-input": "the file is input of a compiler test.",
    "diverges": "its operand has no value (`return`, `panic!()`), so there is nothing to unwrap.",
    "ignored-example": "the documentation example is marked `ignore`: nothing compiles it.",
    "macro-matcher": "`try!` is part of what callers of a macro write.",
    "nested-macro": "it is in a macro that another macro defines.",
    "not-an-expression": "its input is not one expression.",
    "own-macro": "this `try!` is not std's.",
    "position-value": "the program reads the line or column of this code as a value.",
    "reference": "the operand is a reference, which `?` does not take.",
    "repeated-statement": "a macro repeats it where a `;` would change what the last one is.",
    "source-text": "a macro makes the source text a value of the program.",
    "stringified": "a macro prints the source text; `--set try-macro.stringified=rewrite` accepts that.",
    "token-template": "it is a token of a template (`quote!`), and the code made from it is not known here.",
    "try-block": "in a `try` block `?` leaves the block, `try!` the function.",
    "unclear-statement": "in a macro its braces may end a statement, or what follows may be its operator.",
    "unknown-macro": "it is given to a macro that may look at the tokens rather than evaluate them.",
    "unparsed": "no build shows this code, and its operand is in a form the parser does not understand.",
    "unresolved-macro": "nothing here compiles it, and another macro of that name exists.",
}


@recipe(
    summary="Replace `try!(x)` with `x?`",
    epoch="2015",
    min_rust="1.13",
    applicability=Applicability.MACHINE_APPLICABLE,
    pattern=Finder(find_try, needles=(NEEDLE,), confirm=CONFIRM),
    codes=CODES,
    macro_means="($e:expr) => ($e?); ($e:expr,) => ($e?);",
    claim=SameTree(("question-mark",)),
    facts=(MacroOrigin("try", note="use the `?` operator instead"), MacroRules(EVALUATING)),
    settings=(
        Setting(
            "stringified",
            "ask",
            "what to do where an assertion or `dbg!` prints the source text",
            ("ask", "rewrite"),
        ),
        Setting("ignored_examples", False, "also rewrite documentation examples marked `ignore`"),
    ),
)
def try_macro(sites: Sequence[Site], facts: Facts, settings: Settings) -> Iterator[Proposal]:
    """Yield what to do about each site; those of one import travel together."""
    outlines = {root: Outline(root) for root in dict.fromkeys(root_of(site.tree) for site in sites)}
    for root, outline in outlines.items():
        here = [site for site in sites if root_of(site.tree) is root]
        yield from Plan(outline, here, facts, settings).proposals()

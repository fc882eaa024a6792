"""What a recipe may ask the compiler, and what it gets back.

A recipe declares the facts it needs; the engine answers all of them, for all sites, from
builds it makes anyway and few more. A recipe must handle `Unknown`.

Most facts are about a *part* of the site: `""` is the whole of it, `"map"` is what the metavariable
`$map` captured (or `@map` of a query), and `"map.value"` or `".function.value"` goes on from there (from the
site's own node) along tree-sitter's field names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from codemods.errors import CodemodError
from codemods.rust.types import TypeTextError, matches, pattern_of, type_of

if TYPE_CHECKING:
    from codemods.recipe.site import Site
    from codemods.rust.edits import Edit


class FactError(CodemodError):
    """A fact is declared wrongly."""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, with what it rests on (a sentence for the ledger)."""

    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why.

    `contested`: code is compiled here that may well mean something else than the recipe hopes. A
    change must not be proposed as if the answer were known. Otherwise no build reaches the site.
    """

    reason: str
    contested: bool = False


Answer = Known | Unknown


@dataclass(frozen=True, slots=True)
class MacroOrigin:
    """Does the macro that a site invokes come from the standard library?

    The site's node is the macro invocation. Answered from the compiler's own report of
    deprecated items, so it serves macros that std deprecated. `Known("std")` means: in every
    compilation that reaches the site; `Known("own")`: in at least one it is somebody
    else's; `Unknown`: no compilation reaches it.
    """

    name: str  # as std calls it: `try`
    note: str  # the deprecation note that std gives it

    samples: ClassVar[tuple[str, ...]] = ("std", "own")


@dataclass(frozen=True, slots=True)
class MacroRules:
    """How are the macros defined that a site is given to, where its own file does not show it?

    `Known(text)`: the `macro_rules!` definitions, one after another, of every macro around the site
    that has one in its crate or in a crate that this one depends on. A name may have several. `known`
    are names that the recipe knows by itself, so that nobody looks for them.
    """

    known: frozenset[str] = frozenset()

    samples: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class TypeOf:
    """Which type has an expression, or a variable where it is bound?

    `Known("std::vec::Vec<crate::Peer>")`: as `codemods.rust.types` writes types, before any automatic
    borrow or dereference; `T` where it is a type parameter.
    """

    part: str = ""

    samples: ClassVar[tuple[str, ...]] = ("u8", "std::string::String")


@dataclass(frozen=True, slots=True)
class HasType:
    """Is the type of an expression or variable one of these patterns? `Known("yes")` or `Known("no")`.

    Patterns are types in which `_` is anything: `HasType("map", ("HashMap<_, _>",))`. A type parameter
    is no type that one could name, so the answer is "no".
    """

    part: str
    patterns: tuple[str, ...]

    samples: ClassVar[tuple[str, ...]] = ("yes", "no")

    def answer(self, type_answer: Answer) -> Answer:
        """Return the answer, from that to `TypeOf` the same part."""
        if isinstance(type_answer, Unknown):
            return type_answer
        try:
            found = type_of(type_answer.value)
        except TypeTextError as error:
            return Unknown(error.message, contested=True)
        is_one = any(matches(pattern_of(pattern), found) for pattern in self.patterns)
        return Known("yes" if is_one else "no", type_answer.evidence)


@dataclass(frozen=True, slots=True)
class NeedsDrop:
    """Does something happen when the value of an expression or variable is dropped?

    `Known("yes")` or `Known("no")`; `Unknown` where that depends on a type parameter.
    """

    part: str = ""

    samples: ClassVar[tuple[str, ...]] = ("yes", "no")


@dataclass(frozen=True, slots=True)
class ItemOf:
    """Which function, method or constructor does a path or a call mean?

    `Known("std::string::ToString::to_string")`: the path of its definition; a method of no trait stands
    in an `{impl}`: `std::string::{impl}::len`. `core` and `alloc` are called `std`.
    """

    part: str = ""

    samples: ClassVar[tuple[str, ...]] = ("std::mem::drop", "other::drop")


@dataclass(frozen=True, slots=True)
class Resolves:
    """Is what a path or call means defined in one of these crates? `Known("yes")` or `Known("no")`.

    `crates` are names as rustc knows them: `Resolves("", ("failure",))`.
    """

    part: str
    crates: tuple[str, ...]

    samples: ClassVar[tuple[str, ...]] = ("yes", "no")

    def answer(self, item_answer: Answer) -> Answer:
        """Return the answer, from that to `ItemOf` the same part."""
        if isinstance(item_answer, Unknown):
            return item_answer
        crate = item_answer.value.partition("::")[0]
        return Known("yes" if crate in self.crates else "no", item_answer.evidence)


@dataclass(frozen=True, slots=True)
class TraitOf:
    """Which trait does the method of a method call come from?

    `Known("std::clone::Clone")`; `Known("")` where it is a method of the type itself.
    """

    part: str = ""

    samples: ClassVar[tuple[str, ...]] = ("", "std::clone::Clone", "other::Clone")


@dataclass(frozen=True, slots=True)
class ConversionOf:
    """Which conversion does a `?`, a `try!`, an `into()` or a `from(…)` run?

    `Known("<crate::Error as From<std::io::Error>>")`, or `<… as Into<…>>` for `into()`; of an error with
    itself, too. `Known("")`: none, as for `?` on an `Option`.
    """

    part: str = ""

    samples: ClassVar[tuple[str, ...]] = ("", "<crate::Error as From<std::io::Error>>")


@dataclass(frozen=True, slots=True)
class NameFree:
    """Does a name mean nothing yet where the site stands? `Known("free")` or `Known("taken")`.

    `namespace` is "value" (variables, functions, constants), "type" or "macro".
    """

    name: str
    namespace: Literal["value", "type", "macro"] = "value"

    samples: ClassVar[tuple[str, ...]] = ("free", "taken")

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.namespace not in ("value", "type", "macro"):
            raise FactError(f"not a name to ask about: {self.namespace} {self.name!r}")


@dataclass(frozen=True, slots=True)
class Compiles:
    """Does a rewrite of the site compile? `Known("yes")` or `Known("no")`.

    `rewrite` gives the edits to the site's file, in a copy that is thrown away. With `polonius` the next
    borrow checker judges, where the toolchain has it.
    """

    rewrite: Callable[[Site], Sequence[Edit]]
    polonius: bool = False

    samples: ClassVar[tuple[str, ...]] = ("yes", "no")


TypeFact = TypeOf | HasType | NeedsDrop | ItemOf | Resolves | TraitOf | ConversionOf
UnitFact = TypeFact | NameFree | Compiles  # what each unit that compiles the site answers for itself
Fact = MacroOrigin | MacroRules | UnitFact


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers for some sites, by site id and fact."""

    answers: Mapping[tuple[str, Fact], Answer]

    def about(self, site_id: str, fact: Fact) -> Answer:
        """Return the answer to `fact` at the site; `Unknown` where nobody asked."""
        return self.answers.get((site_id, fact), Unknown("the compiler was not asked"))

"""What a recipe says of the errors that it migrates, so that their texts can be compared before and after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorTrait:
    """A trait of a crate whose types are errors without being errors of std.

    Its types are `Display` and `Debug`, and `fn cause(&self) -> Option<&dyn Trait>` leads to the next link
    of the chain; `cause` is that function's name, `path` the trait's path in `crate`, as Cargo calls it.
    """

    crate: str
    path: str
    cause: str = "cause"


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors that a recipe migrates: with `--test`, what they say must be the same before and after.

    Errors of std need no word, nor opaque types that deref to one; `traits` are what there is beside.
    """

    traits: tuple[ErrorTrait, ...] = ()

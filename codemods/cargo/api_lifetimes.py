"""Which lifetimes a signature names that it need not: `fn f<'a>(&'a str)` says no more than `fn f(&str)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LIFETIME = re.compile(r"'[A-Za-z_]\w*")


def needless(
    generics: Mapping[str, Any], inputs: Sequence[str], output: str, rest: str, own: str | None = None
) -> frozenset[str]:
    """Return the lifetime parameters that could be left out, by the rules of elision.

    `inputs` are types of parameters (or the header of an implementation), `output` is the result, `rest` what
    else may name lifetimes: bounds. `own` is the type of `self`, which is among the inputs.
    """
    return frozenset(
        name
        for name in _unbounded(generics)
        if name not in _names(rest) and _is_needless(name, inputs, output, own)
    )


def _is_needless(name: str, inputs: Sequence[str], output: str, own: str | None) -> bool:
    used = [each for text in inputs for each in _names(text)]
    if used.count(name) != 1:
        return False
    if name not in _names(output):
        return True
    if own is not None and own.startswith(f"&{name} "):
        return True
    borrows = sum(text.count("&") for text in inputs)
    return own is None and len(used) == 1 and borrows <= 1


def _unbounded(generics: Mapping[str, Any]) -> Iterator[str]:
    for parameter in generics["params"]:
        if "lifetime" in parameter["kind"] and not parameter["kind"]["lifetime"]["outlives"]:
            yield parameter["name"]


def _names(text: str) -> list[str]:
    return _LIFETIME.findall(text)

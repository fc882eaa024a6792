"""Compare two dumps of the typed tree (`-Zunpretty=thir-flat`), body by body. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from codemods.cargo.thir_arena import read_body
from codemods.cargo.thir_excerpt import Side, excerpt
from codemods.cargo.thir_fold import Fold
from codemods.cargo.thir_harness import fold_test_description, is_test_description
from codemods.cargo.thir_normal import FOLDS, Numbering, masked, normal_form, owner_of
from codemods.cargo.thir_text import UnknownShapeError, split_bodies, without_places


class Likeness(StrEnum):
    """The three answers."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class BodyComparison:
    """The answer for one body: `reason` where it is not comparable, else `excerpt` of a difference.

    `is_changed`: the two texts differ by more than places, so the equality was not for nothing.
    """

    likeness: Likeness
    reason: str = ""
    excerpt: str = ""
    is_changed: bool = True


SAME_TEXT = BodyComparison(Likeness.EQUAL, is_changed=False)
DISAGREEMENT = BodyComparison(Likeness.NOT_COMPARABLE, "the comparison contradicts itself")
Memo = set[bytes]

_LOCAL = re.compile(rb"DefId\(0:\d+ ~ \w+\[\w+\]")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


def compare_dumps(before: bytes, after: bytes, expansions: Collection[str]) -> dict[str, BodyComparison]:
    """Return the answer for each body by its path (`name[hash]::module::function`).

    `expansions` are the names of the folds that both sides go through ("question-mark").

    Raises:
        UnknownShapeError: a dump is not as the compilers that were tested write it.
    """
    return compare_bodies(split_bodies(before), split_bodies(after), expansions)


def compare_bodies(
    old: Mapping[bytes, bytes],
    new: Mapping[bytes, bytes],
    expansions: Collection[str],
    memo: Memo | None = None,
) -> dict[str, BodyComparison]:
    """Return the same for dumps that are split into bodies already.

    `memo` remembers what is equal, for other units with the same bodies (a library, and its tests).
    """
    memo = set() if memo is None else memo
    folds = [FOLDS[name] for name in expansions]
    answers: dict[bytes, BodyComparison] = {}
    for paths in _groups(old.keys() | new.keys()):
        if all(path in old and path in new and _same_text(old[path], new[path]) for path in paths):
            answers |= dict.fromkeys(paths, SAME_TEXT)
        elif all(is_test_description(paths[0], bodies) for bodies in (old, new)):
            answers |= _compare_group(paths, old, new, [*folds, fold_test_description], memo)
        else:
            answers |= _compare_group(paths, old, new, folds, memo)
    return {path.decode(errors="replace"): answer for path, answer in sorted(answers.items())}


def _groups(paths: Iterable[bytes]) -> Iterable[list[bytes]]:
    """Return each function with its closures, which share its identities; the function comes first."""
    groups: dict[bytes, list[bytes]] = {}
    for path in sorted(paths):
        groups.setdefault(owner_of(path), []).append(path)
    return groups.values()


def _same_text(before: bytes, after: bytes) -> bool:
    """Whether two texts are the same but for places and the like."""
    if before == after:
        return True
    old, new = before.split(b"\n"), after.split(b"\n")
    if len(old) != len(new):
        return False
    pairs = {pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]}
    return all(masked(one) == masked(other) for one, other in pairs)


def _compare_group(
    paths: Sequence[bytes],
    old: Mapping[bytes, bytes],
    new: Mapping[bytes, bytes],
    folds: Sequence[Fold],
    memo: Memo,
) -> dict[bytes, BodyComparison]:
    """Compare the bodies of one function in order; a closure is no more equal than what it stands in."""
    missing = [path for path in paths if path not in old or path not in new]
    if missing:
        side = "after" if missing[0] in old else "before"
        reason = f"there is no {missing[0].decode(errors='replace')} {side} the change"
        return dict.fromkeys(paths, BodyComparison(Likeness.NOT_COMPARABLE, reason))
    plain = [[without_places(texts[path]) for path in paths] for texts in (old, new)]
    key = _key(plain)
    if key in memo:
        return dict.fromkeys(paths, BodyComparison(Likeness.EQUAL))
    owner = owner_of(paths[0])
    try:
        first, second = (_sides(zip(paths, texts, strict=True), owner, folds) for texts in plain)
        if [side.form.lines for side in first] == [side.form.lines for side in second]:
            memo.add(key)
            return dict.fromkeys(paths, BodyComparison(Likeness.EQUAL))
        whole = ([(path, texts[path]) for path in paths] for texts in (old, new))
        first, second = (_sides(texts, owner, folds) for texts in whole)
    except UnknownShapeError as unknown:
        return dict.fromkeys(paths, BodyComparison(Likeness.NOT_COMPARABLE, str(unknown)))
    unequal = (pair for pair in zip(first, second, strict=True) if pair[0].form.lines != pair[1].form.lines)
    answer = next((_difference(*pair) for pair in unequal), DISAGREEMENT)
    return dict.fromkeys(paths, answer)


def _key(sides: Iterable[Iterable[bytes]]) -> bytes:
    """Return a hash of the bodies, the same in another unit that has them under another crate hash.

    Strings are hashed as they are too, since one of them may look like a definition.
    """
    digest = hashlib.sha256()
    for texts in sides:
        for text in texts:
            digest.update(_LOCAL.sub(b"DefId(0 ~ ", text) + b"\0")
            digest.update(b"".join(_STRING.findall(text)) + b"\0")
        digest.update(b"\1")
    return digest.digest()


def _sides(texts: Iterable[tuple[bytes, bytes]], owner: bytes, folds: Sequence[Fold]) -> list[Side]:
    """Return the bodies of one function: its own first, then its closures in the order of their use."""
    numbering = Numbering(owner)
    left = dict(texts)
    sides: list[Side] = []
    while left:
        path = next((path for path in (owner, *numbering.inner) if path in left), min(left))
        form = normal_form(read_body(left.pop(path)), numbering, folds)
        form.lines.insert(0, (0, numbering.definition(path)))
        form.places.insert(0, b"")
        sides.append(Side(form, numbering.names))
    return sides


def _difference(before: Side, after: Side) -> BodyComparison:
    pairs = enumerate(zip_longest(before.form.lines, after.form.lines))
    at = next(at for at, (one, other) in pairs if one != other)
    return BodyComparison(Likeness.DIFFERENT, excerpt=excerpt(before, after, at))

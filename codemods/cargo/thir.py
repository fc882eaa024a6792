"""Compare two dumps of the typed tree (`-Zunpretty=thir-flat`), body by body. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from codemods.cargo.thir_arena import read_body
from codemods.cargo.thir_excerpt import Side, excerpt
from codemods.cargo.thir_fold import Fold
from codemods.cargo.thir_normal import FOLDS, Numbering, masked, normal_form, owner_of
from codemods.cargo.thir_text import UnknownShapeError, split_bodies


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


def compare_dumps(before: bytes, after: bytes, expansions: Collection[str]) -> dict[str, BodyComparison]:
    """Return the answer for each body by its path (`name[hash]::module::function`).

    `expansions` are the names of the folds that both sides go through ("question-mark").

    Raises:
        UnknownShapeError: a dump is not as the compilers that were tested write it.
    """
    return compare_bodies(split_bodies(before), split_bodies(after), expansions)


def compare_bodies(
    old: Mapping[bytes, bytes], new: Mapping[bytes, bytes], expansions: Collection[str]
) -> dict[str, BodyComparison]:
    """Return the same for dumps that are split into bodies already."""
    folds = [FOLDS[name] for name in expansions]
    answers: dict[bytes, BodyComparison] = {}
    for paths in _groups(old.keys() | new.keys()):
        if all(path in old and path in new and _same_text(old[path], new[path]) for path in paths):
            answers |= dict.fromkeys(paths, SAME_TEXT)
        else:
            answers |= _compare_group(paths, old, new, folds)
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
    paths: Sequence[bytes], old: Mapping[bytes, bytes], new: Mapping[bytes, bytes], folds: Sequence[Fold]
) -> dict[bytes, BodyComparison]:
    """Compare the bodies of one function in order; a closure is no more equal than what it stands in."""
    missing = [path for path in paths if path not in old or path not in new]
    if missing:
        side = "after" if missing[0] in old else "before"
        reason = f"there is no {missing[0].decode(errors='replace')} {side} the change"
        return dict.fromkeys(paths, BodyComparison(Likeness.NOT_COMPARABLE, reason))
    owner = owner_of(paths[0])
    numberings = Numbering(owner), Numbering(owner)
    answers: dict[bytes, BodyComparison] = {}
    for path in paths:
        try:
            sides = [
                Side(normal_form(read_body(texts[path]), numbering, folds), numbering.names)
                for texts, numbering in zip((old, new), numberings, strict=True)
            ]
        except UnknownShapeError as unknown:
            return dict.fromkeys(paths, BodyComparison(Likeness.NOT_COMPARABLE, str(unknown)))
        answers[path] = _compare_sides(*sides)
    unequal = [answer for answer in answers.values() if answer.likeness is not Likeness.EQUAL]
    if unequal:
        return {path: answer if answer in unequal else unequal[0] for path, answer in answers.items()}
    return answers


def _compare_sides(before: Side, after: Side) -> BodyComparison:
    for at, (one, other) in enumerate(zip_longest(before.lines, after.lines)):
        if one is None or other is None or (one.depth, one.text) != (other.depth, other.text):
            return BodyComparison(Likeness.DIFFERENT, excerpt=excerpt(before, after, at))
    return BodyComparison(Likeness.EQUAL)

"""Compare what errors say before and after: texts, chains, and the first line of `{:?}`.

Both trees get the same probes (`error_probing.py`): functions tell which errors they return, and generated
tests build values of the error types. A text or a chain that differs is held against the change. By
design are, and are counted: another `{:?}`, and links that appear behind the end of the old chain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.cargo.error_traces import GENERATED, ErrorNote, ErrorTraces
from codemods.cargo.traces import OTHER_THREAD

_WORDS = re.compile(r"\w+|\W")
_WILD = "\0"
_SHOWN = 3
DIFFERS = "errors say something else than before:"
_TEXT = 300  # characters of one text that a message shows


@dataclass(frozen=True, slots=True)
class ErrorDifference:
    """Errors of one place in one test that say something else: `before` and `after` are chains.

    None: there is no such error.
    """

    place: int
    test: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PlaceTexts:
    """What was compared at one place: how many errors, in which tests; of which types, by their paths."""

    errors: int
    tests: tuple[str, ...]
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ErrorComparison:
    """How the errors of two trees differ.

    `places` holds by number what was compared there. `debug` counts errors whose first line of `{:?}` is
    another one, with an example; `grown` those whose chain goes on behind its old end; `caused` those whose
    `source()` now leads where only the deprecated `cause()` did. `wavering` are places
    that say something else in each run of the untouched tree, with the tests.
    """

    places: Mapping[int, PlaceTexts] = field(default_factory=dict)
    differences: tuple[ErrorDifference, ...] = ()
    debug: int = 0
    debug_example: tuple[str, str] | None = None
    grown: int = 0
    grown_example: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    caused: int = 0
    wavering: tuple[tuple[int, str], ...] = ()


def compare_traces(
    before: ErrorTraces,
    after: ErrorTraces,
    numbers: Iterable[int],
    loose: frozenset[int] = frozenset(),
    again: Sequence[ErrorTraces] = (),
) -> ErrorComparison:
    """Return how the notes at the places `numbers` differ, of tests that passed in both trees.

    At `loose` ones it does not matter how many errors there are, only what they say.

    `again` are further runs of the tree of `before`: what differs there is not held against the other.
    """
    wanted = frozenset(numbers)
    first, second = _grouped(before, wanted), _grouped(after, wanted)
    others = [_grouped(each, wanted) for each in again]
    tally = _Tally(loose)
    for key in sorted({*first, *second}):
        if not _ran_in_both(key[1], before, after):
            continue
        old, new = first.get(key, ()), second.get(key, ())
        if not all(note.chain for note in (*old, *new)):
            continue  # in one of the trees nothing can read such an error
        if not old and built_value(key[1]) is not None:
            continue  # it was built in both, and is an error only now
        steady = _steady(old, [other.get(key, ()) for other in others])
        if steady is None:
            tally.wavering.append(key)
        else:
            tally.compare(key, steady, new)
    return tally.comparison()


@dataclass(slots=True)
class _Tally:
    loose: frozenset[int]
    errors: Counter[int] = field(default_factory=Counter)
    tests: dict[int, dict[str, None]] = field(default_factory=dict)
    types: dict[int, set[str]] = field(default_factory=dict)
    differences: list[ErrorDifference] = field(default_factory=list)
    debug: list[tuple[str, str]] = field(default_factory=list)
    grown: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    wavering: list[tuple[int, str]] = field(default_factory=list)
    caused: int = 0

    def compare(self, key: tuple[int, str], old: Sequence[ErrorNote], new: Sequence[ErrorNote]) -> None:
        """Count the notes of one place in one test."""
        place, test = key
        pairs = _paired(old, new)
        if place in self.loose:
            pairs = [pair for pair in pairs if None not in pair]
        self.errors[place] += len(pairs)
        self.tests.setdefault(place, {})[test] = None
        for before, after in pairs:
            self._compare(place, test, before, after)

    def _compare(self, place: int, test: str, before: ErrorNote | None, after: ErrorNote | None) -> None:
        if before is None or after is None:
            chains = [None if note is None else note.chain for note in (before, after)]
            self.differences.append(ErrorDifference(place, test, *chains))
            return
        self.types.setdefault(place, set()).update((before.type, after.type))
        is_same, is_longer = _chains_agree(before, after)
        if not is_same:
            self.differences.append(ErrorDifference(place, test, before.chain, after.chain))
            return
        self.caused += bool(before.causes) and len(after.chain) > len(before.chain)
        if is_longer:
            self.grown.append((before.chain, after.chain))
        if not _fits(before.debug, after.debug):
            self.debug.append((before.debug, after.debug))

    def comparison(self) -> ErrorComparison:
        """Return the sum."""
        places = {
            place: PlaceTexts(count, tuple(self.tests[place]), frozenset(self.types.get(place, ())))
            for place, count in sorted(self.errors.items())
        }
        return ErrorComparison(
            places,
            tuple(self.differences),
            len(self.debug),
            next(iter(self.debug), None),
            len(self.grown),
            next(iter(self.grown), None),
            self.caused,
            tuple(self.wavering),
        )


def _grouped(traces: ErrorTraces, wanted: frozenset[int]) -> dict[tuple[int, str], tuple[ErrorNote, ...]]:
    found: dict[tuple[int, str], list[ErrorNote]] = {}
    for test, notes in traces.notes.items():
        for note in notes:
            # What is built to be compared passes by functions, too; those are for tests to try.
            if note.place in wanted and built_value(test) in (None, note.place):
                found.setdefault((note.place, test), []).append(note)
    return {key: tuple(notes) for key, notes in found.items()}


def built_value(test: str) -> int | None:
    """Return the number of the value that a generated test builds; None for a test of the crate."""
    number = test.rpartition(GENERATED)[2]
    return int(number) if GENERATED in test and number.isdigit() else None


def _ran_in_both(test: str, before: ErrorTraces, after: ErrorTraces) -> bool:
    if not test.endswith(OTHER_THREAD):
        return test in before.ran and test in after.ran
    label = test.removesuffix(OTHER_THREAD)
    mine = [{n for n in each.ran if n == label or n.startswith(f"{label}: ")} for each in (before, after)]
    return bool(mine[0]) and mine[0] == mine[1]


def _paired(
    old: Sequence[ErrorNote], new: Sequence[ErrorNote]
) -> list[tuple[ErrorNote | None, ErrorNote | None]]:
    """Pair the errors of two runs: equal ones first wherever they stand, the rest in order."""
    pairs: list[tuple[ErrorNote | None, ErrorNote | None]] = []
    unpaired, rest = list(old), list(new)
    for wanted in ((True, False), (True, True)):
        for before in tuple(unpaired):
            after = next((each for each in rest if _chains_agree(before, each) == wanted), None)
            if after is not None:
                unpaired.remove(before)
                rest.remove(after)
                pairs.append((before, after))
    more = max(len(unpaired), len(rest))
    left: list[ErrorNote | None] = [*unpaired, *[None] * (more - len(unpaired))]
    right: list[ErrorNote | None] = [*rest, *[None] * (more - len(rest))]
    return [*pairs, *zip(left, right, strict=True)]


def _chains_agree(before: ErrorNote, after: ErrorNote) -> tuple[bool, bool]:
    """Return whether the new chain says what the old one said, and whether it goes on behind its end."""
    olds = [before.chain, *([before.causes] if before.causes else [])]
    if any(_all_fit(old, after.chain) for old in olds):
        return True, False
    is_longer = any(len(old) < len(after.chain) and _all_fit(old, after.chain[: len(old)]) for old in olds)
    return is_longer, is_longer


def _all_fit(old: Sequence[str], new: Sequence[str]) -> bool:
    return len(old) == len(new) and all(map(_fits, old, new))


def _fits(old: str, new: str) -> bool:
    """Whether `new` is `old`, whose wild words stand for anything."""
    if _WILD not in old:
        return old == new
    pattern = "".join(r"(?s:.*?)" if word == _WILD else re.escape(word) for word in _split(old))
    return re.fullmatch(pattern, new) is not None


def _split(text: str) -> list[str]:
    return _WORDS.findall(text)


def _steady(
    first: tuple[ErrorNote, ...], others: Iterable[Sequence[ErrorNote]]
) -> tuple[ErrorNote, ...] | None:
    """Return `first` with what all other runs say too; None where they differ by more than words."""
    found: tuple[ErrorNote, ...] | None = first
    for other in others:
        found = _masked(found, other) if found is not None else None
    return found


def _masked(first: Sequence[ErrorNote], again: Sequence[ErrorNote]) -> tuple[ErrorNote, ...] | None:
    """Return `first` with wild words where another run of the same tree says another word.

    None: the runs differ by more than words.
    """
    if len(first) != len(again):
        return None
    masked = [_masked_note(one, other) for one, other in zip(first, again, strict=True)]
    known = [note for note in masked if note is not None]
    return tuple(known) if len(known) == len(masked) else None


def _masked_note(one: ErrorNote, other: ErrorNote) -> ErrorNote | None:
    if len(one.chain) != len(other.chain) or len(one.causes) != len(other.causes):
        return None
    chain, causes = _masked_texts(one.chain, other.chain), _masked_texts(one.causes, other.causes)
    if chain is None or causes is None:
        return None
    return ErrorNote(one.place, one.type, _masked_text(one.debug, other.debug) or _WILD, chain, causes)


def _masked_texts(first: Sequence[str], again: Sequence[str]) -> tuple[str, ...] | None:
    masked = [_masked_text(one, other) for one, other in zip(first, again, strict=True)]
    known = [text for text in masked if text is not None]
    return tuple(known) if len(known) == len(masked) else None


def _masked_text(one: str, other: str) -> str | None:
    if one == other:
        return one
    words, others = _split(one), _split(other)
    if len(words) != len(others):
        return None
    return "".join(a if a == b else _WILD for a, b in zip(words, others, strict=True))


def difference_message(differences: Sequence[ErrorDifference], names: Mapping[int, str]) -> str:
    """Return what differs, in words; `names` says by number what a place is called."""
    seen: dict[tuple[object, ...], ErrorDifference] = {}
    for each in differences:
        seen.setdefault((each.place, each.before, each.after), each)
    lines = [DIFFERS]
    for each in list(seen.values())[:_SHOWN]:
        test = "built to be compared" if built_value(each.test) is not None else f"in {each.test}"
        lines += [f"{names[each.place]}, {test}:", *_sides(each)]
    if len(seen) > _SHOWN:
        lines.append(f"and {len(seen) - _SHOWN} more")
    return "\n".join(lines)


def _sides(difference: ErrorDifference) -> Iterator[str]:
    for word, chain in (("before", difference.before), ("after", difference.after)):
        yield f"  {word}: {shown_chain(chain) if chain is not None else 'no error'}"


def shown_chain(chain: Sequence[str]) -> str:
    """Return a chain on one line, as people read it."""
    return " <- ".join(_shortened(text.replace(_WILD, "…")) for text in chain)


def _shortened(text: str) -> str:
    quoted = text.replace("\n", "\\n")
    return f"“{quoted[:_TEXT]}{'…' if len(quoted) > _TEXT else ''}”"

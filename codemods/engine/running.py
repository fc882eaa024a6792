"""Compare what commands write before and after (`--run`): standard output, standard error, exit code.

Every command runs twice on the untouched tree. A line that is another one the second time says nothing of a
change and is left out, by its number; so is a stream that has more lines one time than the other. Where the
changed tree differs, the untouched one runs again, before that is held against a change.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from codemods.engine.composing import HasBuild
from codemods.engine.document import Evidence
from codemods.engine.isolate import Failure, Isolated, Trial, isolate, remaining
from codemods.engine.overlay import Chosen, Composition, Overlay

if TYPE_CHECKING:
    from codemods.cargo.commands import Command, CommandOutput
    from codemods.engine.workbench import Workbench

CODE = "output-differs"
REFUSAL = "the output is another one"
_STREAMS = ("stdout", "stderr")
_WORDS = {"stdout": "standard output", "stderr": "standard error"}
_AGAIN = 2  # further runs of the untouched tree, where the changed one differs
_SHOWN = 30  # lines of a difference
_NAMED = 3  # lines that waver
_PLACE = re.compile(r"(?P<file>[\w./+-]+\.rs):\d+(?::\d+)?")


@dataclass(frozen=True, slots=True)
class Ran:
    """What running the commands showed; `message` says how their output differs, where it does."""

    evidence: Evidence | None = None  # None: nothing was asked for
    message: str = ""


Built = TypeVar("Built", bound=HasBuild)


class RunStep:
    """The commands of `--run` in one recipe's verification."""

    def __init__(self, bench: Workbench, base: Overlay) -> None:
        self._bench = bench
        self._base = base
        self._known: dict[str, Outputs] = {}  # by command, of the untouched tree

    def kept(
        self,
        chosen: Sequence[Chosen],
        built: Built,
        attempt: Callable[[Sequence[Chosen]], Trial[Built]],
    ) -> Isolated[Built] | None:
        """Return what is left of `chosen` without what alters an output; None where all of it may stay."""
        if not self.found(chosen, built).message:
            return None
        changes = remaining(chosen)
        return isolate(changes, lambda some: self._attempt(some, attempt))

    def found(self, chosen: Sequence[Chosen], built: HasBuild) -> Ran:
        """Return how the outputs differ with `chosen`."""
        if not (self._bench.request.run and chosen):
            return Ran()
        from codemods.cargo.commands import parse_command  # noqa: PLC0415 - most runs do without

        commands = [parse_command(text) for text in self._bench.request.run]
        return _judged([self._compared(command, built.composition) for command in commands])

    def _attempt(
        self, chosen: Sequence[Chosen], attempt: Callable[[Sequence[Chosen]], Trial[Built]]
    ) -> Trial[Built]:
        trial = attempt(chosen)
        if trial.failure is not None or not chosen:
            return trial
        message = self.found(chosen, trial.result).message
        return Trial(trial.result, Failure({}, {}, message) if message else None)

    def _compared(self, command: Command, composition: Composition) -> Compared:
        before = self._known.get(command.text)
        if before is None:
            before = Outputs(command.text, self._bench.outputs(command, self._base, 2))
        self._known[command.text] = before
        if before.problem is not None:
            return Compared(before)
        (after,) = self._bench.outputs(command, composition.overlay, 1)
        moved = frozenset(str(path) for path in composition.files)
        difference = before.difference(after, moved)
        if difference:
            more = self._bench.outputs(command, self._base, 2 + _AGAIN)
            before = self._known[command.text] = Outputs(command.text, (*before.runs, *more))
            difference = before.difference(after, moved)
        return Compared(before, difference, before.has_moved(after, moved))


@dataclass(frozen=True, slots=True)
class Outputs:
    """What one command wrote on the untouched tree, each time that it ran."""

    command: str
    runs: tuple[CommandOutput, ...]

    @property
    def problem(self) -> str | None:
        """Why there is nothing to compare with."""
        said = next((run.problem for run in self.runs if run.problem is not None), None)
        if said is None and self._code_wavers and all(self._wavering(each) is None for each in _STREAMS):
            return "it ends with another exit code and another output each time"
        return said

    def difference(self, after: CommandOutput, moved: frozenset[str]) -> str:
        """Return how `after` is another output, as a person reads it; "" where it is none.

        Where lines of the files `moved` are named, by a panic for one, their numbers do not count.
        """
        if after.problem is not None:
            return after.problem
        found = []
        if not self._code_wavers and after.returncode != self.runs[0].returncode:
            found.append(f"exit code {self.runs[0].returncode} is now {after.returncode}")
        found += [text for each in _STREAMS if (text := self._stream_difference(each, after, moved))]
        return "\n".join(found)

    def has_moved(self, after: CommandOutput, moved: frozenset[str]) -> bool:
        """Whether only numbers of lines in files that were edited keep the outputs from being equal."""
        return bool(self.difference(after, frozenset())) and not self.difference(after, moved)

    def left_out(self) -> list[str]:
        """Return what is not compared, because it is not the same on the untouched tree."""
        found = ["its exit code"] if self._code_wavers else []
        for stream in _STREAMS:
            wavering = self._wavering(stream)
            if wavering is None:
                found.append(f"its {_WORDS[stream]}, which has another length each time")
            elif wavering:
                shown = ", ".join(str(number + 1) for number in sorted(wavering)[:_NAMED])
                more = f" and {len(wavering) - _NAMED} more" if len(wavering) > _NAMED else ""
                first = self._lines(stream)[0][min(wavering)].strip()
                found.append(f"line {shown}{more} of its {_WORDS[stream]} (`{first}`)")
        return found

    @property
    def _code_wavers(self) -> bool:
        return len({run.returncode for run in self.runs}) > 1

    def _lines(self, stream: str) -> list[list[str]]:
        return [getattr(run, stream).splitlines() for run in self.runs]

    def _wavering(self, stream: str) -> frozenset[int] | None:
        """Return the numbers of the lines that are not the same each time; None where their count is not."""
        runs = self._lines(stream)
        if len({len(lines) for lines in runs}) > 1:
            return None
        return frozenset(number for number, lines in enumerate(zip(*runs, strict=True)) if len({*lines}) > 1)

    def _stream_difference(self, stream: str, after: CommandOutput, moved: frozenset[str]) -> str:
        wavering = self._wavering(stream)
        if wavering is None:
            return ""
        old = self._lines(stream)[0]
        new = getattr(after, stream).splitlines()
        if len(old) == len(new):
            new = [old[n] if n in wavering else line for n, line in enumerate(new)]
        first, second = ([_without_places(line, moved) for line in lines] for lines in (old, new))
        if first == second:
            return ""
        diff = difflib.unified_diff(first, second, "before", "after", n=2, lineterm="")
        shown = list(diff)
        more = [f"… {len(shown) - _SHOWN} more lines"] if len(shown) > _SHOWN else []
        return "\n".join([f"{_WORDS[stream]}:", *shown[:_SHOWN], *more])


@dataclass(frozen=True, slots=True)
class Compared:
    """One command: what it writes on the untouched tree, and how that differs after the changes."""

    before: Outputs
    difference: str = ""
    has_moved: bool = False


def _without_places(line: str, moved: frozenset[str]) -> str:
    def blank(found: re.Match[str]) -> str:
        is_moved = any(path == found["file"] or path.endswith(f"/{found['file']}") for path in moved)
        return f"{found['file']}:_" if is_moved else found[0]

    return _PLACE.sub(blank, line)


def _judged(compared: Sequence[Compared]) -> Ran:
    different = [each for each in compared if each.difference]
    if different:
        texts = [f"{REFUSAL}: `{each.before.command}`\n{each.difference}" for each in different]
        message = "\n".join(texts)
        return Ran(Evidence("run", "failed", message), message)
    unknown = [each for each in compared if each.before.problem is not None]
    details = [f"`{each.before.command}`: {_detail(each)}" for each in compared]
    is_known = len(unknown) < len(compared)
    return Ran(Evidence("run", "passed" if is_known else "skipped", "; ".join(details)))


def _detail(compared: Compared) -> str:
    before = compared.before
    if before.problem is not None:
        return f"not compared, on the untouched tree: {before.problem}"
    text = f"the same output and exit code {before.runs[0].returncode} before and after"
    if compared.has_moved:
        text += ", but for places in files that were edited"
    left_out = before.left_out()
    return text + (
        f"; not counted, because it wavers without the change: {', '.join(left_out)}" if left_out else ""
    )

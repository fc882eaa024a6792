"""Read panics out of what a test printed, without what differs from run to run.

thread 'tests::a' (7803) panicked at src/lib.rs:8:43:      since 1.73 (the number since 1.91)
boom
thread 'tests::a' panicked at 'boom', src/lib.rs:8:43      before
"""

from __future__ import annotations

import re

_PANIC = re.compile(
    r"^thread '.*?'(?: \(\d+\))? panicked at (?:'(?P<old>.*?)(?:', .+:\d+:\d+)?$|.+:\n(?P<new>.*))",
    re.MULTILINE,
)
_VARYING = re.compile(r"0x[0-9a-fA-F]+|\d+")
_SHOWN = 200  # characters


def panics(printed: str) -> tuple[str, ...]:
    """Return the first line of each panic's message in `printed`, each once, numbers written as `#`.

    Numbers are mostly lines, ports, sizes or addresses, which differ where nothing is wrong.
    """
    found: dict[str, None] = {}
    for match in _PANIC.finditer(printed):
        message = match["old"] if match["old"] is not None else match["new"]
        found[_VARYING.sub("#", message)[:_SHOWN]] = None
    return tuple(found)

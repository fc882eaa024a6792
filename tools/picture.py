"""Draw what a terminal printed (ANSI text on standard input) as an SVG.

codemod review --color always | python -m tools.picture docs/picture.svg
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 100  # columns
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw(transcript: str, width: int = WIDTH) -> str:
    """Return an SVG of `transcript`. It loads nothing: the fonts are those of the reader."""
    console = Console(record=True, file=io.StringIO(), width=width, force_terminal=True)
    console.print(Text.from_ansi(transcript), soft_wrap=False)
    return _FONT_FACE.sub("", console.export_svg(title="codemod", unique_id="codemod"))


def main(arguments: list[str]) -> int:
    """Read standard input, write the file that is named; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tools.picture FILE.svg < TRANSCRIPT\n")
        return 2
    Path(arguments[0]).write_text(draw(sys.stdin.buffer.read().decode()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

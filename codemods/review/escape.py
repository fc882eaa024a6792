r"""Make foreign text harmless: source, compiler messages, paths and names are data.

Whatever an analysed repository contains, it must neither drive the terminal nor become
markup, and it must stay visible: a control or invisible character is shown as Rust writes it,
`\u{202e}`. Every function returns text that is safe in the one place it is named after.
"""

from __future__ import annotations

import html as standard_html
import re
from typing import Final

# Everything of the Unicode categories Cc (but tab and newline), Cf, Cs, Zl and Zp, and the
# letters and marks that are not drawn (fillers, variation selectors): bidi controls reorder
# what a reviewer reads, the others hide text or a payload from them.
_HIDDEN: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad"
    "\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "]"
)
_MARKDOWN: Final = re.compile(r"[\\`*_\[\]<>|~&$]")
_MARKDOWN_START: Final = re.compile(r"^(?:(?=[-+=#])|(\d{1,9})(?=[.)]))")  # a list, a heading
# What GitHub turns into a link or a notification after Markdown is done, so that a backslash
# does not help: mentions, issue numbers, bare addresses. An empty comment parts them.
_AUTOLINK: Final = re.compile(r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=GH)(?=-\d)|(?<=:)(?=//)|(?<=www)(?=\.)")
_CODE_SPAN: Final = re.compile(r"(?<!`)(`[^`]+`)(?!`)")


def terminal(text: str) -> str:
    r"""Return `text` with every control and invisible character but `\t` and `\n` spelled out.

    It is plain text, not rich markup: give it to `rich.text.Text`, never to `console.print`.
    """
    return _HIDDEN.sub(_spelled, text)


def terminal_line(text: str) -> str:
    r"""Return `terminal(text)` on one line: tabs and newlines are spelled out as `\t`, `\n`."""
    return terminal(text).replace("\t", r"\t").replace("\n", r"\n")


def html(text: str) -> str:
    """Return `text` for HTML content and double-quoted attributes."""
    return standard_html.escape(terminal(text))


def markdown_inline(text: str) -> str:
    """Return a sentence for one line of Markdown; only its `code` spans stay markup.

    Line breaks become spaces. Links, HTML, emphasis, mentions and bare addresses stay text.
    """
    line = " ".join(terminal(text).split())
    parts = _CODE_SPAN.split(line)  # every second one is a code span
    return "".join(
        markdown_code(part[1:-1]) if index % 2 else _escaped(part) for index, part in enumerate(parts)
    )


def markdown_code(text: str, *, in_table: bool = False) -> str:
    """Return `text` as a code span; nothing inside is interpreted, not even `|` in a table."""
    line = terminal_line(text)
    if not line.strip():
        return "` `" if line else "(empty)"
    fence = "`" * (_longest_run(line) + 1)
    padding = " " if line[0] in "` " or line[-1] in "` " else ""
    span = f"{fence}{padding}{line}{padding}{fence}"
    return span.replace("|", r"\|") if in_table else span


def markdown_code_block(text: str, language: str = "") -> str:
    """Return `text` as a fenced block whose fence is longer than any run of backticks inside."""
    fence = "`" * max(3, _longest_run(text) + 1)
    info = re.sub(r"[^A-Za-z0-9+-]", "", language)
    body = terminal(text).removesuffix("\n")
    return f"{fence}{info}\n{body}\n{fence}"


def sarif(text: str) -> str:
    """Return `text` for a SARIF `message.text`: no placeholder (§3.11.5), no link (§3.11.6)."""
    visible = terminal(text).replace("{", "{{").replace("}", "}}")
    return re.sub(r"[\[\]]", r"\\\g<0>", visible) if "](" in visible else visible


def _escaped(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\g<0>", text)
    return _AUTOLINK.sub("<!-- -->", _MARKDOWN_START.sub(r"\1\\", escaped))


def _spelled(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):x}}}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)

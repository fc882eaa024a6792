from __future__ import annotations

import pytest

from codemods.cargo.limits import GIB, MIB, Limits, explain, in_words, machine_memory, read_limits
from codemods.errors import UsageError


def test_limits_are_read_by_name() -> None:
    given = ["memory=4GB", "processes=200", "output=100MB", "file=512kb"]

    assert read_limits(given, 7) == Limits(7, 100 * MIB, 4 * GIB, 200, 512 * 1024)
    assert read_limits([], 7) == Limits(7)


@pytest.mark.parametrize(
    "text", ["", "memory", "memory=", "memory=0", "memory=-1GB", "memory=1.5GB", "cpu=2", "processes=4GB"]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no limit"):
        read_limits([text], 7)


def test_most_of_the_machine_is_the_default() -> None:
    assert Limits().memory == machine_memory() * 8 // 10
    assert Limits(memory_bytes=5).memory == 5


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("  --- stderr\n  memory allocation of 1048576 bytes failed\n", "it used more than 1 GB of memory"),
        ("process didn't exit: `x` (signal: 25, SIGXFSZ: File", "it wrote more than 2 MB into one file"),
        ("failed to write: File too large (os error 27)", "it wrote more than 2 MB into one file"),
        ('error: no method `f`\n3 | let s = "memory allocation of 9 bytes failed";', None),
        ("process didn't exit successfully: `x` (signal: 251)", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_limit_of_the_kernel_is_told_by_what_was_printed(text: str, named: str | None) -> None:
    assert explain(text, Limits(memory_bytes=GIB, file_bytes=2 * MIB)) == named


def test_sizes_are_said_in_words() -> None:
    assert [in_words(size) for size in (5, 2048, 3 * MIB, 20_000_000_000)] == [
        "5 bytes",
        "2 kB",
        "3 MB",
        "18.6 GB",
    ]

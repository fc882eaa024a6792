"""Types of failure by the names that its users have for them.

Where a unit does not name failure itself (a test that only calls what another member offers), rustc writes a
type by where it is defined, in a private module: `failure::error::Error`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.recipe import Facts, Known, TypeOf

_PRIVATE = re.compile(
    r"\bfailure::(?:backtrace|box_std|compat|context|error|result_ext|sync_failure)::(?=[A-Z])"
)


def with_public_paths(facts: Facts) -> Facts:
    """Return the facts with types of failure as its root exports them."""
    answers = {
        key: replace(answer, value=_PRIVATE.sub("failure::", answer.value))
        if isinstance(answer, Known) and isinstance(key[1], TypeOf)
        else answer
        for key, answer in facts.answers.items()
    }
    return Facts(answers)

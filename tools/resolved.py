"""Count, from rustc's MIR, the calls of a package that are resolved into a crate, without our own oracle."""

from __future__ import annotations

import re
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tools.processes import run

# Runs rustc as cargo asked, then again for the MIR alone. A second run that fails half way (a dependency
# that was only checked has no MIR of its own) has written the file all the same.
WRAPPER = """\
#!{python}
import hashlib, os, subprocess, sys
code = subprocess.call(sys.argv[1:])
if code == 0 and "--crate-name" in sys.argv:
    kept = [a for a in sys.argv[1:] if not a.startswith(("--emit=", "--error-format", "--json"))]
    name = hashlib.sha256("\\0".join(kept).encode()).hexdigest()[:16]
    options = ["--cap-lints=allow", "-Zmir-include-spans=yes", "-Ztrim-diagnostic-paths=no"]
    emit = "--emit=mir=" + os.path.join({folder!r}, name + ".mir")
    subprocess.run([*kept, emit, *options], env=dict(os.environ, RUSTC_BOOTSTRAP="1"), capture_output=True)
sys.exit(code)
"""
FUNCTION = re.compile(r"^(?:const |static )?(?:fn )?(?P<name>\S.*?)(?:\(| -> |: ).*\{$")
CALL = re.compile(r"^\s+\S+ = (?P<callee>.+?)\((?:.*) -> ")


def resolved_calls(folder: Path, target: Path, crates: Sequence[str]) -> int:
    """Return how many calls of the package in `folder` rustc resolves into one of `crates`.

    A call that several targets compile (a library and its tests) counts once.
    """
    dumps = target / "mir"
    shutil.rmtree(dumps, ignore_errors=True)
    dumps.mkdir(parents=True)
    wrapper = target / "emit-mir.py"
    wrapper.write_text(WRAPPER.format(python=sys.executable, folder=str(dumps)))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    environment = {
        "CARGO_TARGET_DIR": str(target),
        "RUSTC_WORKSPACE_WRAPPER": str(wrapper),
        "CARGO_TERM_COLOR": "never",
    }
    # What is fresh is not compiled again, and leaves no dump; dependencies may stay.
    run(["cargo", "clean", "--offline", "--workspace"], cwd=folder, env=environment)
    run(
        ["cargo", "check", "--workspace", "--all-targets", "--keep-going", "--offline"],
        cwd=folder,
        env=environment,
    )
    texts = (path.read_text(errors="replace") for path in sorted(dumps.glob("*.mir")))
    return len({call for text in texts for call in calls_in(text.splitlines(), crates)})


def calls_in(lines: Iterable[str], crates: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Yield function, callee and ordinal of each call in a MIR dump that goes into one of `crates`."""
    names = "|".join(map(re.escape, crates))
    # The crate may export parts of std under its own name; those are not its items.
    wanted = re.compile(rf"^(?:<.* as )?(?:{names})::(?!core::|std::|alloc::)")
    function, seen = "", dict[tuple[str, str], int]()
    for line in lines:
        if line and not line[0].isspace() and (found := FUNCTION.match(line)):
            function = found["name"]
        call = CALL.match(line)
        if call is not None and wanted.match(call["callee"]):
            key = (function, call["callee"])
            seen[key] = seen.get(key, 0) + 1
            yield (*key, seen[key])

"""The reason codes that the engine gives to sites it does not apply. Recipes add their own."""

from __future__ import annotations

CODES = {
    "comment": "the change would take a comment away.",
    "kept": "a comment `// codemod: keep` on or above the site says to leave it alone.",
    "unknown-type": "the pattern asks for a type, and the compiler does not say which type it is here.",
    "unparsed": "the code around the site is in a form that the parser does not understand.",
    "msrv": "the result would need a newer Rust than the package says it supports.",
    "msrv-fails": "with the Rust that `--msrv` names the result no longer builds.",
    "shared-file": "the file is also compiled by a package that is no member of this workspace.",
    "does-not-compile": "rustc rejects every way to write the change; its message is kept with it.",
    "example-fails": "the documentation example no longer compiles with the change.",
    "test-fails": "a test that passed before fails with the change.",
    "still-needed": "the dependency stays in the manifest: something in the package still needs it.",
    "left": "the form of the change that holds leaves this site as it is.",
    "conflict": "the change would edit the same text as another one.",
    "expands-differently": "a macro around the site makes something else of the new text than of the old.",
    "proved-different": (
        "rustc makes something else of the new text than of the old, although the recipe claims that it"
        " does not; the first difference is kept with it. With --no-prove nothing is compared."
    ),
    "output-differs": (
        "a command named with --run writes something else, or ends with another exit code, with the change."
    ),
    "api-changes": (
        "the change would alter what a library offers to other crates, and --api keep says that it stays the"
        " same; the first difference is kept with it. With --api report it is written and listed."
    ),
    "error-text-differs": (
        "an error that a test meets, or a value of an error type, says something else with the change: its"
        " text or a link of its chain; both are kept with it. Only --test looks for it."
    ),
    "not-compiled": (
        "no target that was built compiles every edited line: a false `cfg`, a macro that nothing"
        " expands, a file that no target reaches, or a target that does not build here. Build with the"
        " features that turn it on, or write it anyway with --include-unverified."
    ),
}

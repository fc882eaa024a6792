"""Names that are in scope everywhere: std's prelude and its macros."""

from __future__ import annotations

STD_CRATES = frozenset({"std", "core", "alloc"})

_PRELUDE = {
    "Option": ("option", "Option"),
    "Some": ("option", "Option", "Some"),
    "None": ("option", "Option", "None"),
    "Result": ("result", "Result"),
    "Ok": ("result", "Result", "Ok"),
    "Err": ("result", "Result", "Err"),
    "Box": ("boxed", "Box"),
    "String": ("string", "String"),
    "ToString": ("string", "ToString"),
    "Vec": ("vec", "Vec"),
    "Clone": ("clone", "Clone"),
    "ToOwned": ("borrow", "ToOwned"),
    "Drop": ("ops", "Drop"),
    "Fn": ("ops", "Fn"),
    "FnMut": ("ops", "FnMut"),
    "FnOnce": ("ops", "FnOnce"),
    "Send": ("marker", "Send"),
    "Sync": ("marker", "Sync"),
    "Sized": ("marker", "Sized"),
    "Copy": ("marker", "Copy"),
    "Unpin": ("marker", "Unpin"),
    "AsRef": ("convert", "AsRef"),
    "AsMut": ("convert", "AsMut"),
    "From": ("convert", "From"),
    "Into": ("convert", "Into"),
    "Default": ("default", "Default"),
    "Iterator": ("iter", "Iterator"),
    "IntoIterator": ("iter", "IntoIterator"),
    "Extend": ("iter", "Extend"),
    "ExactSizeIterator": ("iter", "ExactSizeIterator"),
    "DoubleEndedIterator": ("iter", "DoubleEndedIterator"),
    "PartialEq": ("cmp", "PartialEq"),
    "Eq": ("cmp", "Eq"),
    "PartialOrd": ("cmp", "PartialOrd"),
    "Ord": ("cmp", "Ord"),
    "drop": ("mem", "drop"),
}
_MACROS = frozenset(
    {
        "assert",
        "assert_eq",
        "assert_ne",
        "cfg",
        "column",
        "compile_error",
        "concat",
        "dbg",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "env",
        "eprint",
        "eprintln",
        "file",
        "format",
        "format_args",
        "include",
        "include_bytes",
        "include_str",
        "line",
        "matches",
        "module_path",
        "option_env",
        "panic",
        "print",
        "println",
        "stringify",
        "thread_local",
        "todo",
        "try",
        "unimplemented",
        "unreachable",
        "vec",
        "write",
        "writeln",
    }
)


def prelude_path(name: str, is_macro: bool) -> tuple[str, ...] | None:
    """Return where std keeps what is called `name` without any import; None if nothing is."""
    if is_macro:
        return ("std", name) if name in _MACROS else None
    found = _PRELUDE.get(name)
    return ("std", *found) if found is not None else None

"""Packages with quick-error, and declarations before and after."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath

from codemods.recipe import (
    Dependency,
    Package,
    Packages,
    Target,
)

# Found by the path it has when installed, which type checkers do not see in the checkout.
module = import_module("codemods.recipes.quick_error")
quick_error = module.quick_error


def package(
    *versions: str,
    edition: str = "2021",
    requirement: str = "*",
    thiserror: str = "",
    source: str = "registry",
) -> Package:
    """Return a library that is locked to these versions of quick-error."""
    dependencies = [
        Dependency("quick-error", "quick-error", requirement=requirement, resolved=versions, source=source)
    ]
    if thiserror:
        dependencies.append(Dependency(thiserror, "thiserror", resolved=("2.0.21",)))
    return Package(
        "given",
        PurePosixPath("Cargo.toml"),
        edition,
        targets=(Target("given", "lib", PurePosixPath("src/lib.rs")),),
        dependencies=tuple(dependencies),
    )


ONE = Packages((package("1.2.3"),))
TWO = Packages((package("2.0.1"),))
OLD = Packages((package("1.2.2"),))


def declared(variants: str, name: str = "E") -> str:
    """Return an invocation of the macro that declares these variants."""
    lines = "".join(f"        {line}\n" for line in variants.splitlines())
    return f"quick_error! {{\n    #[derive(Debug)]\n    pub enum {name} {{\n{lines}    }}\n}}\n"


def derived(variants: str, name: str = "E") -> str:
    """Return an enum with these variants that derives `Error`."""
    lines = "".join(f"    {line}\n" for line in variants.splitlines())
    return f"#[derive(Debug, thiserror::Error)]\npub enum {name} {{\n{lines}}}\n"

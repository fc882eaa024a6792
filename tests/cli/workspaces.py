"""Small workspaces, as text: manifests and files that cargo builds in a second."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.vcs.repos import make_repository

Files = Mapping[str, str | bytes]

ONE_SITE = """\
use std::num::ParseIntError;

pub fn number(text: &str) -> Result<i32, ParseIntError> {
    Ok(try!(text.parse::<i32>()))
}
"""
ONE_SITE_UPGRADED = ONE_SITE.replace("try!(text.parse::<i32>())", "text.parse::<i32>()?")


def manifest(name: str, more: str = "", *, edition: str = "2015") -> str:
    """Return the manifest of a package; `more` are further lines (keys first, then tables)."""
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "{edition}"\n{more}'


def package(name: str, files: Files | None = None, more: str = "", *, edition: str = "2015") -> Files:
    """Return the files of a package with one site, and `files` besides or instead."""
    return {"Cargo.toml": manifest(name, more, edition=edition), "src/lib.rs": ONE_SITE, **(files or {})}


def below(folder: str, files: Files) -> dict[str, str | bytes]:
    """Return `files` moved into `folder`."""
    return {f"{folder}/{name}": content for name, content in files.items()}


def repository(folder: Path, files: Files | None = None) -> Path:
    """Make a repository of one commit that holds a package (with one site, where `files` is None)."""
    return make_repository(folder, dict(files if files is not None else package("plain")))

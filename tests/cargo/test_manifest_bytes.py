"""Whatever a manifest looks like: edits do what they say, and everything else stays as it is."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from codemods.cargo.manifest_edit import NewDependency, edit_manifest
from codemods.rust.manifest_places import KINDS, entries

NAMES = st.sampled_from(["aa", "failure", "log", "serde", "zz-top"])
TABLES = ["dependencies", "dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"]
NEED = NewDependency("middle", "3", instead_of="failure")


@st.composite
def one_entry(draw: st.DrawFn, name: str) -> str:
    key = draw(st.sampled_from([name, f'"{name}"']))
    equals = draw(st.sampled_from(["=", " = ", "   = "]))
    comment = draw(st.sampled_from(["", "  # why", " #"]))
    value = draw(st.sampled_from(['"1"', "{ version = '1' }", "{version='1',features=[ 'x', \"y\" ]}"]))
    lines = [
        f"{key}{equals}{value}{comment}",
        f"  {key}.version{equals}'1'{comment}\n{key}.features = ['x']",
        f"{key} = {{ version = '1', features = [\n  'x', # first\n  'y'\n] }}{comment}",
    ]
    return draw(st.sampled_from(lines))


@st.composite
def manifests(draw: st.DrawFn) -> str:
    blocks = ["[package]\nname = 'x' # é\nversion = '0.1.0'"]
    for table in draw(st.lists(st.sampled_from(TABLES), unique=True, max_size=3)):
        names = draw(st.lists(NAMES, unique=True, max_size=4))
        as_sections = draw(st.booleans())
        if as_sections:
            blocks += [f"[{table}.{name}]\nversion = '1' # v\nfeatures = ['x']" for name in names]
        else:
            gap = draw(st.sampled_from(["\n", "\n\n", "\n# about\n"]))
            blocks.append(gap.join([f"[{table}]", *(draw(one_entry(name)) for name in names)]))
    blocks += draw(st.sampled_from([[], ["[features]\na = ['log/std', 'failure/std']\nb = []"]]))
    text = draw(st.sampled_from(["\n\n", "\n", "\n\n# next\n"])).join(blocks)
    text += draw(st.sampled_from(["", "\n", "\n\n# end"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(manifests(), st.booleans(), st.booleans())
def test_edits_do_what_they_say_and_nothing_else(text: str, adds: bool, retires: bool) -> None:
    needs, retired = ([NEED] if adds else []), (["failure"] if retires else [])
    done = edit_manifest(text.encode(), needs, retired).content
    expected, found = tomllib.loads(text), tomllib.loads(done.decode())
    replaced = any("failure" in table for table in _tables(expected).values())
    if adds and not replaced:
        _tables(expected, make="dependencies")["dependencies"]["middle"] = "3"
    for table in _tables(expected).values():
        if adds and "failure" in table:
            table["middle"] = "3"
        if retires:
            table.pop("failure", None)
    if retires and replaced and "features" in expected:
        expected["features"]["a"] = ["log/std"]

    assert _plain(found) == _plain(expected)


@given(manifests())
def test_all_lines_that_are_not_about_it_survive_in_order(text: str) -> None:
    content = text.encode()
    done = edit_manifest(content, [NEED], ["failure"]).content.decode()
    parts = [part for entry in entries(content) if entry.name == "failure" for part in entry.parts]
    gone = {
        number
        for part in parts
        for number in range(content[: part.start].count(b"\n"), content[: part.end].count(b"\n") + 1)
    }
    lines = [line for number, line in enumerate(text.splitlines()) if number not in gone and line.strip()]
    left = iter(done.splitlines())

    assert all(line in left for line in lines if not _may_change(line))


@given(manifests())
def test_taking_out_what_was_added_gives_the_file_back(text: str) -> None:
    added = edit_manifest(text.encode(), [NEED], []).content
    back = edit_manifest(added, [], ["middle"]).content

    assert _lines(back) == _lines(text.encode())


def _may_change(line: str) -> bool:
    return "failure/std" in line or line.startswith("[")


def _lines(content: bytes) -> list[bytes]:
    return [line for line in content.splitlines() if line.strip() and not line.startswith(b"[")]


def _tables(manifest: dict[str, Any], make: str | None = None) -> dict[str, dict[str, Any]]:
    if make is not None:
        manifest.setdefault(make, {})
    found = {name: manifest[name] for name in KINDS if name in manifest}
    for target, tables in manifest.get("target", {}).items():
        found |= {f"{target} {name}": table for name, table in tables.items() if name in KINDS}
    return found


def _plain(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with versions written out and without empty tables."""
    rest = {key: value for key, value in manifest.items() if key not in (*KINDS, "target")}
    for place, table in _tables(manifest).items():
        if table:
            rest[place] = {
                name: {"version": value} if isinstance(value, str) else value for name, value in table.items()
            }
    return rest

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from codemods.cargo.manifest_edit import (
    DependencyChanges,
    ManifestConflict,
    NewDependency,
    bump_dependency,
    edit_manifest,
    edit_manifests,
    rename_dependency,
)
from codemods.rust.manifest_places import entries
from codemods.rust.toml_layout import TomlError

ANYHOW = NewDependency("anyhow", "1", instead_of="failure")
THISERROR = NewDependency("thiserror", "2", instead_of="failure")


def edited(text: str, *needs: NewDependency, retired: tuple[str, ...] = ("failure",)) -> str:
    result = edit_manifest(text.encode(), needs or (ANYHOW,), retired).content.decode()
    tomllib.loads(result.removeprefix("\ufeff"))
    return result


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    before: str
    after: str


ROWS = [
    Row("a version", '[dependencies]\nfailure = "0.1"\n', '[dependencies]\nanyhow = "1"\n'),
    Row(
        "sorted neighbours",
        '[dependencies]\nbar = "1"\nfailure = "0.1"\nlog = "0.4"\n',
        '[dependencies]\nanyhow = "1"\nbar = "1"\nlog = "0.4"\n',
    ),
    Row(
        "unsorted neighbours: in its place",
        '[dependencies]\nserde = "1"\nfailure = "0.1"\nlog = "0.4"\n',
        '[dependencies]\nserde = "1"\nanyhow = "1"\nlog = "0.4"\n',
    ),
    Row(
        "sorted in its own group",
        '[dependencies]\nb = "1"\nz = "1"\n\naa = "1"\nerr = "1"\nfailure = "0.1"\n\na = "1"\n',
        '[dependencies]\nb = "1"\nz = "1"\n\naa = "1"\nanyhow = "1"\nerr = "1"\n\na = "1"\n',
    ),
    Row(
        "not between a comment and what it is about",
        '[dependencies]\n# errors\nerr = "1"\nfailure = "0.1"\nlog = "1"\n',
        '[dependencies]\n# errors\nerr = "1"\nanyhow = "1"\nlog = "1"\n',
    ),
    Row(
        "an inline table keeps its brackets to itself",
        '[dependencies]\nfailure = { version = "0.1", default-features = false }\n',
        '[dependencies]\nanyhow = "1"\n',
    ),
    Row("single quotes, no blanks", "[dependencies]\nfailure='0.1'\n", "[dependencies]\nanyhow='1'\n"),
    Row(
        "aligned",
        '[dependencies]\nclap    = "2"\nfailure = "0.1"\n',
        '[dependencies]\nanyhow  = "1"\nclap    = "2"\n',
    ),
    Row(
        "indented, with a comment",
        '[dependencies]\n  failure = "0.1" # errors\n',
        '[dependencies]\n  anyhow = "1" # errors\n',
    ),
    Row("CRLF", '[dependencies]\r\nfailure = "0.1"\r\n', '[dependencies]\r\nanyhow = "1"\r\n'),
    Row("no last line break", '[dependencies]\nfailure = "0.1"', '[dependencies]\nanyhow = "1"'),
    Row(
        "byte order mark",
        '\ufeff[dependencies]\nfailure = "0.1"\n',
        '\ufeff[dependencies]\nanyhow = "1"\n',
    ),
    Row(
        "dotted keys",
        '[dependencies]\nfailure.version = "0.1"\nfailure.features = ["std"]\nlog.version = "0.4"\n',
        '[dependencies]\nanyhow.version = "1"\nlog.version = "0.4"\n',
    ),
    Row(
        "a section of its own",
        '[package]\nname = "x"\n\n[dependencies.failure]\nversion = "0.1"\n\n[features]\ndefault = []\n',
        '[package]\nname = "x"\n\n[dependencies.anyhow]\nversion = "1"\n\n[features]\ndefault = []\n',
    ),
    Row(
        "sorted sections",
        '[dependencies.clap]\nversion = "2"\n\n[dependencies.failure]\nversion = "0.1"\n\n'
        '[dependencies.log]\nversion = "0.4"\n',
        '[dependencies.anyhow]\nversion = "1"\n\n[dependencies.clap]\nversion = "2"\n\n'
        '[dependencies.log]\nversion = "0.4"\n',
    ),
    Row(
        "the last section",
        '[dependencies.a]\nversion = "2"\n\n[dependencies.failure]\nversion = "0.1"\n',
        '[dependencies.a]\nversion = "2"\n\n[dependencies.anyhow]\nversion = "1"\n',
    ),
    Row(
        "every table",
        '[dependencies]\nfailure = "0.1"\n[dev-dependencies]\nfailure = "0.1"\n'
        "[build-dependencies]\nfailure = '0.1'\n[target.'cfg(windows)'.dependencies]\nfailure = \"0.1\"\n",
        '[dependencies]\nanyhow = "1"\n[dev-dependencies]\nanyhow = "1"\n'
        "[build-dependencies]\nanyhow = '1'\n[target.'cfg(windows)'.dependencies]\nanyhow = \"1\"\n",
    ),
    Row(
        "renamed",
        '[dependencies]\nfail = { package = "failure", version = "0.1" }\n',
        '[dependencies]\nanyhow = "1"\n',
    ),
    Row(
        "two majors of it",
        '[dependencies]\nfail0 = { package = "failure", version = "0.0.1" }\n'
        'fail1 = { package = "failure", version = "0.1" }\n',
        '[dependencies]\nanyhow = "1"\n',
    ),
    Row(
        "the whole table inline",
        'dependencies = { failure = "0.1", log = "0.4" }\n[package]\nname = "x"\n',
        'dependencies = { log = "0.4", anyhow = "1" }\n[package]\nname = "x"\n',
    ),
    Row(
        "above all tables",
        'dependencies.failure = "0.1"\npackage.name = "x"\n',
        'dependencies.anyhow = "1"\npackage.name = "x"\n',
    ),
    Row(
        "there already",
        '[dependencies]\nanyhow = "1.0.3"\nfailure = "0.1"\n',
        '[dependencies]\nanyhow = "1.0.3"\n',
    ),
    Row(
        "there, but too old",
        '[dependencies]\nanyhow = { version = "0.9", features = ["x"] } # why\nfailure = "0.1"\n',
        '[dependencies]\nanyhow = { version = "1", features = ["x"] } # why\n',
    ),
    Row(
        "among normal ones it does for tests",
        '[dependencies]\nanyhow = "1"\n\n[dev-dependencies]\nfailure = "0.1"\n\n[features]\n',
        '[dependencies]\nanyhow = "1"\n\n[features]\n',
    ),
    Row(
        "optional, with the feature that it is by itself",
        '[dependencies]\nfailure = { version = "0.1", optional = true }\n\n[features]\n'
        'default = ["failure"]\n',
        '[dependencies]\nanyhow = { version = "1", optional = true }\n\n[features]\ndefault = ["failure"]\n'
        'failure = ["dep:anyhow"]\n',
    ),
    Row(
        "optional, for a Rust that knows no `dep:`",
        '[package]\nrust-version = "1.56"\n[dependencies]\nfailure = { version = "0.1", optional = true }\n',
        '[package]\nrust-version = "1.56"\n[dependencies]\nanyhow = { version = "1", optional = true }\n'
        '\n[features]\nfailure = ["anyhow"]\n',
    ),
    Row(
        "optional, with `dep:`",
        '[dependencies]\nfailure = { version = "0.1", optional = true }\n[features]\n'
        'errors = ["dep:failure", "a"]\n'
        "a = []\n",
        '[dependencies]\nanyhow = { version = "1", optional = true }\n[features]\n'
        'errors = ["dep:anyhow", "a"]\n'
        "a = []\n",
    ),
    Row(
        "features of it",
        '[dependencies]\nfailure = "0.1"\n[features]\n'
        'std = ["failure/std", "log/std"]\nb = ["failure/backtrace"]\n',
        '[dependencies]\nanyhow = "1"\n[features]\nstd = ["log/std"]\nb = []\n',
    ),
    Row(
        "features over several lines",
        '[dependencies]\nfailure = "0.1"\n[features]\nstd = [\n    "log/std", # log\n    "failure/std",\n]\n',
        '[dependencies]\nanyhow = "1"\n[features]\nstd = [\n    "log/std", # log\n]\n',
    ),
    Row(
        "weak features, required features",
        "[dependencies]\nfailure = { version = '0.1', optional = true }\n[[bin]]\nname = 'b'\n"
        "required-features = ['failure/std', 'x']\n[features]\nx = ['failure?/std']\n",
        "[dependencies]\nanyhow = { version = '1', optional = true }\n[[bin]]\nname = 'b'\n"
        "required-features = ['failure', 'x']\n[features]\nx = []\nfailure = [\"dep:anyhow\"]\n",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_needed_stands_where_what_it_replaces_stood(row: Row) -> None:
    assert edited(row.before) == row.after


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_second_time_changes_nothing(row: Row) -> None:
    need = NewDependency("anyhow", "1", instead_of="failure")
    again = edit_manifest(row.after.encode(), [], ["failure"])

    assert again.content == row.after.encode()
    if any(entry.name == "anyhow" and not entry.optional for entry in entries(row.after.encode())):
        assert edit_manifest(row.after.encode(), [need], ["failure"]).content == row.after.encode()


def test_two_new_ones_for_one() -> None:
    text = '[dependencies]\nfailure = "0.1"\nlog = "0.4"\n'

    assert edited(text, ANYHOW, THISERROR) == '[dependencies]\nanyhow = "1"\nlog = "0.4"\nthiserror = "2"\n'


def test_two_new_ones_stand_in_order_whatever_is_around_them() -> None:
    text = '[dependencies]\nserde = "1"\nfailure = "0.1" # errors\nlog = "0.4"\n'
    after = '[dependencies]\nserde = "1"\nanyhow = "1" # errors\nthiserror = "2"\nlog = "0.4"\n'
    section = '[dependencies.failure]\nversion = "0.1"\n\n[dependencies.a]\nversion = "1"\n'

    assert edited(text, THISERROR, ANYHOW) == after
    assert edited(section, THISERROR, ANYHOW) == (
        '[dependencies.anyhow]\nversion = "1"\n\n[dependencies.thiserror]\nversion = "2"\n\n'
        '[dependencies.a]\nversion = "1"\n'
    )


def test_old_and_new_live_side_by_side_where_the_old_is_not_retired() -> None:
    text = '[dependencies]\nfailure = "0.1" # old\nlog = "0.4"\n'

    assert edited(text, THISERROR, retired=()) == (
        '[dependencies]\nfailure = "0.1" # old\nlog = "0.4"\nthiserror = "2"\n'
    )


def test_side_by_side_a_feature_turns_on_both() -> None:
    text = '[dependencies]\nfailure = { version = "0.1", optional = true }\n'

    assert edited(text, retired=()) == (
        '[dependencies]\nanyhow = { version = "1", optional = true }\n'
        'failure = { version = "0.1", optional = true }\n\n'
        '[features]\nfailure = ["dep:failure", "dep:anyhow"]\n'
    ).replace(
        'anyhow = { version = "1", optional = true }\nfailure = { version = "0.1", optional = true }\n',
        'failure = { version = "0.1", optional = true }\nanyhow = { version = "1", optional = true }\n',
    )


def test_features_of_the_new_one_are_passed_on_where_they_are_known() -> None:
    text = (
        '[dependencies]\nfailure = { version = "0.1", optional = true }\n[features]\nstd = ["failure?/std"]\n'
    )
    need = NewDependency(
        "anyhow", "1", instead_of="failure", default_features=False, same_features={"std": "std"}
    )

    assert edited(text, need) == (
        '[dependencies]\nanyhow = { version = "1", default-features = false, optional = true }\n'
        '[features]\nstd = ["anyhow?/std"]\nfailure = ["dep:anyhow"]\n'
    )


def test_an_optional_one_that_is_needed_always_leaves_its_feature_behind() -> None:
    text = (
        '[dependencies]\nanyhow = { version = "1", optional = true }\nfailure = "0.1"\n'
        '[features]\nx = ["anyhow?/std"]\n'
    )

    assert (
        edited(text)
        == '[dependencies]\nanyhow = { version = "1" }\n[features]\nx = ["anyhow/std"]\nanyhow = []\n'
    )


def test_features_are_united_in_every_style() -> None:
    need = NewDependency("tokio", "1", features=("rt", "net"))
    rows = {
        'tokio = "1.2"': 'tokio = { version = "1.2", features = ["rt", "net"] }',
        "tokio = { version = '1', features = ['net', 'io'] }": (
            "tokio = { version = '1', features = ['net', 'io', 'rt'] }"
        ),
        "tokio = { version = '1' }": 'tokio = { version = \'1\', features = ["rt", "net"] }',
        "tokio.version = '1'": 'tokio.version = \'1\'\ntokio.features = ["rt", "net"]',
    }
    for before, after in rows.items():
        assert edited(f"[dependencies]\n{before}\n", need, retired=()) == f"[dependencies]\n{after}\n"
    section = "[dependencies.tokio]\nversion = '1'\n"
    assert edited(section, need, retired=()) == section + 'features = ["rt", "net"]\n'
    lines = 'tokio = { version = "1", features = [\n    "io", # a\n    "rt" # b\n] }\n'
    assert edited(f"[dependencies]\n{lines}", need, retired=()) == "[dependencies]\n" + lines.replace(
        '"rt" # b\n', '"rt", # b\n    "net"\n'
    )


def test_without_anything_to_replace_it_goes_among_the_normal_ones() -> None:
    need = NewDependency("anyhow", "1", kinds=("dev",))

    assert edited('[package]\nname = "x"\n', NewDependency("anyhow", "1")) == (
        '[package]\nname = "x"\n\n[dependencies]\nanyhow = "1"\n'
    )
    assert edited('[dependencies]\n\n[lib]\nname = "x"\n', NewDependency("anyhow", "1")) == (
        '[dependencies]\nanyhow = "1"\n\n[lib]\nname = "x"\n'
    )
    assert edited('[dependencies]\na = "1"\n[lib]\n', need) == (
        '[dependencies]\na = "1"\n\n[dev-dependencies]\nanyhow = "1"\n[lib]\n'
    )


def test_kinds_limit_the_tables() -> None:
    text = '[dependencies]\nfailure = "0.1"\n[dev-dependencies]\nfailure = "0.1"\n'
    need = NewDependency("anyhow", "1", instead_of="failure", kinds=("dev",))

    assert edited(text, need) == '[dev-dependencies]\nanyhow = "1"\n'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('[dependencies]\n# all of them\nfailure = "0.1"\n', "[dependencies]\n# all of them\n"),
        ('[package]\nname = "x"\n\n[dependencies]\nfailure = "0.1"\n', '[package]\nname = "x"\n'),
        (
            '[a]\n\n[dependencies]\nfailure = "0.1"\n\n# next\n[b]\n',
            "[a]\n\n# next\n[b]\n",
        ),
        ('[a]\n[dependencies]\nfailure = "0.1"\n\n[b]\n', "[a]\n\n[b]\n"),
        ("[dependencies]\n\n[dev-dependencies]\nfailure = '1'\n", "[dependencies]\n"),
        ("[target]\nx = { dependencies = { failure = '1' } }\n", "[target]\nx = { dependencies = {} }\n"),
        (
            "[dependencies]\nfailure = { version = '0.1', features = [\n  'std',\n] }\nb = '1'\n",
            "[dependencies]\nb = '1'\n",
        ),
        ("[dependencies.failure] # x\nversion = '1'\n# y\n\n[b]\n", "# y\n\n[b]\n"),
    ],
)
def test_what_is_retired_goes_with_its_lines_and_a_table_that_it_empties(text: str, left: str) -> None:
    assert edit_manifest(text.encode(), [], ["failure"]).content.decode() == left


def test_a_feature_never_vanishes_and_notes_say_so() -> None:
    text = '[dependencies]\nfailure = { version = "0.1", optional = true }\n'
    done = edit_manifest(text.encode(), [], ["failure"])

    assert done.content == b"[features]\nfailure = []\n"
    assert done.notes == ("the feature `failure`, which others may name, stays and does nothing now",)


def test_a_comment_that_has_nowhere_to_go_is_named() -> None:
    done = edit_manifest(b"[dependencies]\nfailure = '0.1' # keep at 0.1\nb = '1'\n", [], ["failure"])

    assert done.notes == ("the comment of `failure` went with it: # keep at 0.1",)


def test_a_source_that_is_no_registry_is_named() -> None:
    done = edit_manifest(b"[dependencies]\nfailure = { path = '../failure' }\n", [ANYHOW], ["failure"])

    assert done.content == b'[dependencies]\nanyhow = "1"\n'
    assert done.notes == ("`failure` of [dependencies] came from path, not from a registry",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[dependencies]\nfailure = '0.1'\nanyhow = { package = 'other', version = '1' }\n",
            "another package's",
        ),
        ("[dependencies]\nfailure = '0.1'\nah = { package = 'anyhow', version = '1' }\n", "called `ah` here"),
    ],
)
def test_a_name_that_is_taken_is_an_error_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ManifestConflict, match=message) as raised:
        edit_manifest(text.encode(), [ANYHOW], ["failure"], where="sub/Cargo.toml")

    assert raised.value.where == "sub/Cargo.toml:3"


def test_what_is_no_toml_is_an_error() -> None:
    with pytest.raises(TomlError):
        edit_manifest(b"[dependencies\n", [ANYHOW], ["failure"])


ROOT, MEMBER, OTHER = (PurePosixPath(path) for path in ("Cargo.toml", "a/Cargo.toml", "b/Cargo.toml"))
SHARED = b"""[workspace]
members = ["a", "b"]

[workspace.dependencies]
failure = { version = "0.1", default-features = false } # errors
log = "0.4"
"""
CHANGES = DependencyChanges((ANYHOW,), ("failure",))


def test_what_inherits_goes_on_inheriting() -> None:
    manifests = {
        ROOT: SHARED,
        MEMBER: b"[dependencies]\nfailure.workspace = true\nlog.workspace = true\n",
        OTHER: b'[dependencies]\nfailure = { workspace = true, features = ["std"], optional = true }\n',
    }
    done = edit_manifests(manifests, {MEMBER: CHANGES, OTHER: CHANGES}, ROOT)

    assert done.contents[MEMBER] == b"[dependencies]\nanyhow.workspace = true\nlog.workspace = true\n"
    assert done.contents[OTHER] == (
        b"[dependencies]\nanyhow = { workspace = true, optional = true }\n\n"
        b'[features]\nfailure = ["dep:anyhow"]\n'
    )
    assert done.contents[ROOT] == SHARED.replace(
        b'failure = { version = "0.1", default-features = false } # errors', b'anyhow = "1"'
    )
    assert done.notes == (
        "b/Cargo.toml: the feature `failure`, which others may name, stays and turns on `anyhow` now",
    )


def test_the_workspace_keeps_what_a_member_still_inherits() -> None:
    manifests = {
        ROOT: SHARED,
        MEMBER: b"[dependencies]\nfailure.workspace = true\n",
        OTHER: b"[dev-dependencies.failure]\nworkspace = true\n",
    }
    done = edit_manifests(manifests, {MEMBER: CHANGES}, ROOT)

    assert OTHER not in done.contents
    assert b"failure = {" in done.contents[ROOT]
    assert b'anyhow = "1"\nfailure' in done.contents[ROOT]


def test_a_root_that_is_a_package_too() -> None:
    root = b'[package]\nname = "x"\n[workspace]\n[workspace.dependencies]\nfailure = "0.1"\n[dependencies]\n'
    root += b"failure = { workspace = true }\n"
    done = edit_manifests({ROOT: root}, {ROOT: CHANGES}, ROOT)

    assert done.contents[ROOT] == root.replace(b'failure = "0.1"', b'anyhow = "1"').replace(
        b"failure = {", b"anyhow = {"
    )


def test_a_renamed_entry_of_the_workspace_is_known_by_its_package() -> None:
    root = b'[workspace.dependencies]\nfail = { package = "failure", version = "0.1" }\n'
    done = edit_manifests(
        {ROOT: root, MEMBER: b"[dependencies]\nfail.workspace = true\n"}, {MEMBER: CHANGES}, ROOT
    )

    assert done.contents == {
        ROOT: b'[workspace.dependencies]\nanyhow = "1"\n',
        MEMBER: b"[dependencies]\nanyhow.workspace = true\n",
    }


def test_what_the_workspace_has_already_is_raised_only_where_it_must_be() -> None:
    member = b"[dependencies]\nfailure.workspace = true\n"
    for written, after in {"1.0.4": "1.0.4", "0.5": "1"}.items():
        root = f"[workspace.dependencies]\nanyhow = '{written}'\nfailure = '0.1'\n".encode()
        done = edit_manifests({ROOT: root, MEMBER: member}, {MEMBER: CHANGES}, ROOT)

        assert done.contents[ROOT] == f"[workspace.dependencies]\nanyhow = '{after}'\n".encode()


def test_an_inherited_entry_without_its_source_is_an_error() -> None:
    with pytest.raises(ManifestConflict, match="does not have it"):
        edit_manifest(b"[dependencies]\nfailure.workspace = true\n", [ANYHOW], workspace=b"[workspace]\n")


def test_a_patch_that_is_left_is_named() -> None:
    root = b"[dependencies]\nfailure = '0.1'\n[patch.crates-io]\nfailure = { path = 'f' }\n"
    done = edit_manifests({ROOT: root}, {ROOT: CHANGES}, ROOT)

    assert done.contents[ROOT].endswith(b"[patch.crates-io]\nfailure = { path = 'f' }\n")
    assert done.notes == (
        "Cargo.toml: [patch.crates-io] still names `failure`: take it out where nothing else needs it",
    )


def test_a_crate_that_goes_on_under_another_name_keeps_its_tables() -> None:
    text = b"[dependencies]\ntokio-tls = '0.3' # tls\n[features]\ntls = ['tokio-tls/vendored']\n"
    done = rename_dependency(text, "tokio-tls", "tokio-native-tls", "0.3")

    assert done.content == b"[dependencies]\ntokio-native-tls = '0.3' # tls\n[features]\ntls = []\n"


def test_a_bump_keeps_the_style_and_translates_features() -> None:
    text = b"""[dependencies]
tokio = { version = '0.2', features = ['rt-core', "time"] } # runtime
[dev-dependencies]
tokio = "0.2"
[build-dependencies]
tokio = "1.5"
"""
    done = bump_dependency(text, "tokio", "1", same_features={"rt-core": ("rt",)})

    assert done.content == (
        text.replace(b"'0.2'", b"'1'")
        .replace(b'"0.2"', b'"1"')
        .replace(b", features = ['rt-core', \"time\"]", b', features = ["rt", "time"]')
    )
    assert len(done.notes) == 2

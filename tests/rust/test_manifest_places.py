from __future__ import annotations

import pytest

from codemods.rust.manifest_places import Entry, Style, entries
from codemods.rust.toml_layout import TomlError


def only(text: str) -> Entry:
    (entry,) = entries(text.encode())
    return entry


@pytest.mark.parametrize(
    ("text", "kind", "target", "table"),
    [
        ("[dependencies]\nfailure = '0.1'", "normal", None, ("dependencies",)),
        ("[dev-dependencies]\nfailure = '0.1'", "dev", None, ("dev-dependencies",)),
        ("[dev_dependencies]\nfailure = '0.1'", "dev", None, ("dev_dependencies",)),
        ("[build-dependencies.failure]\nversion = '0.1'", "build", None, ("build-dependencies",)),
        (
            "[target.'cfg(unix)'.dependencies]\nfailure = '0.1'",
            "normal",
            "cfg(unix)",
            ("target", "cfg(unix)", "dependencies"),
        ),
        (
            "[target.x86_64-pc-windows-gnu.dev-dependencies.failure]\nversion = '0.1'",
            "dev",
            "x86_64-pc-windows-gnu",
            ("target", "x86_64-pc-windows-gnu", "dev-dependencies"),
        ),
        (
            "[target]\n'cfg(unix)' = { dependencies = { failure = '0.1' } }",
            "normal",
            "cfg(unix)",
            ("target", "cfg(unix)", "dependencies"),
        ),
        ("[workspace.dependencies]\nfailure = '0.1'", "workspace", None, ("workspace", "dependencies")),
        ("workspace.dependencies.failure = '0.1'", "workspace", None, ("workspace", "dependencies")),
        (
            "[workspace]\ndependencies.failure.version = '0.1'",
            "workspace",
            None,
            ("workspace", "dependencies"),
        ),
        ("dependencies = { failure = '0.1' }", "normal", None, ("dependencies",)),
        ("dependencies.failure = '0.1'\r\n", "normal", None, ("dependencies",)),
        ("[patch.crates-io]\nfailure = { path = '../f' }", "patch", None, ("patch", "crates-io")),
    ],
)
def test_every_table_of_cargo_is_known(
    text: str, kind: str, target: str | None, table: tuple[str, ...]
) -> None:
    entry = only(text)

    assert (entry.name, entry.kind, entry.target, entry.table) == ("failure", kind, target, table)
    assert entry.key.of(text.encode()) == b"failure"


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("failure = '0.1'", Style.STRING),
        ("failure = { version = '0.1', optional = true, features = ['std'] }", Style.INLINE),
        ("failure.version = '0.1'\nfailure.optional = true\nfailure.features = ['std']", Style.DOTTED),
        ("[dependencies.failure]\nversion = '0.1'\noptional = true\nfeatures = ['std']", Style.SECTION),
        ("'failure' = { version = \"0.1\", optional = true, features = [\n 'std', ] }", Style.INLINE),
    ],
)
def test_every_style_says_the_same(text: str, style: Style) -> None:
    entry = only(text if text.startswith("[") else f"[dependencies]\n{text}")

    assert (entry.style, entry.requirement, entry.package) == (style, "0.1", "failure")
    if style is not Style.STRING:
        assert entry.optional
        assert entry.features == ("std",)


def test_the_key_keeps_its_quotes_and_names_the_package_behind_it() -> None:
    text = "[dependencies]\n\"fail\" = { package = 'failure', default-features = false }"
    entry = only(text)

    assert entry.key.of(text.encode()) == b'"fail"'
    assert (entry.name, entry.package, entry.default_features) == ("fail", "failure", False)


def test_lines_of_dotted_keys_belong_to_one_entry_wherever_they_stand() -> None:
    text = "[dependencies]\na.version = '1'\nb = '2'\na.optional = true\n"
    first, second = entries(text.encode())

    assert [part.of(text.encode()) for part in first.parts] == [b"a.version = '1'", b"a.optional = true"]
    assert (first.name, second.name) == ("a", "b")


def test_sources_are_told_apart() -> None:
    text = """[dependencies]
        a = { path = "../a" }
        b = { git = "https://example.com/b", rev = "1" }
        c = { version = "1", registry = "mine" }
        d.workspace = true
    """
    a, b, c, d = entries(text.encode())

    assert (a.source, b.source, c.source) == ("path", "git", "registry")
    assert (a.path, b.git, c.registry, d.inherited) == ("../a", "https://example.com/b", "mine", True)
    assert not c.inherited


@pytest.mark.parametrize(
    "text",
    [
        "[features]\nfailure = ['dep:failure']",
        "[package]\nname = 'failure'\n[package.metadata.dependencies]\nfailure = '1'",
        "[[bin]]\nname = 'dependencies'\n",
        "[dependencies]\n# failure = '0.1'\n",
        "[target.'cfg(unix)']\nrustflags = 'failure'",
        "[profile.dev.package.failure]\nopt-level = 3",
    ],
)
def test_other_tables_hold_no_dependency(text: str) -> None:
    assert entries(text.encode()) == ()


def test_a_broken_file_is_an_error_with_its_line() -> None:
    with pytest.raises(TomlError, match="no TOML") as raised:
        entries(b"[dependencies]\nfailure = 0.1'\n", "sub/Cargo.toml")

    assert raised.value.where == "sub/Cargo.toml:2"

"""What of a repository's cargo configuration holds in the step that has the network."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from codemods.cargo.fetch import run_with_network
from codemods.cargo.sources import repository_sources
from tests.cargo.conftest import MakeBench, write_files


def sources_of(root: Path, text: str) -> tuple[dict[str, object], bool]:
    write_files(root, {".cargo/config.toml": text})
    found = repository_sources(root, root)
    values = "\n".join(part for part in found.arguments if part != "--config")
    return tomllib.loads(values), found.is_anonymous


def test_a_vendored_folder_holds_where_it_is(tmp_path: Path) -> None:
    text = '[source.crates-io]\nreplace-with = "mine"\n[source.mine]\ndirectory = "third party/rust"\n'

    assert sources_of(tmp_path, text) == (
        {
            "source": {
                "crates-io": {"replace-with": "mine"},
                "mine": {"directory": str(tmp_path / "third party/rust")},
            }
        },
        False,
    )


def test_programs_proxies_and_variables_do_not_hold(tmp_path: Path) -> None:
    text = """
    [registry]
    global-credential-providers = ["tools/thief.sh"]
    [registries.crates-io]
    credential-provider = "tools/thief.sh"
    protocol = "sparse"
    [http]
    proxy = "http://thief.example"
    cainfo = "thief.pem"
    [net]
    git-fetch-with-cli = true
    [env]
    GIT_SSH_COMMAND = "thief"
    [build]
    rustc-wrapper = "thief"
    """

    assert sources_of(tmp_path, text) == ({"registries": {"crates-io": {"protocol": "sparse"}}}, False)


@pytest.mark.parametrize(
    "text",
    [
        '[registries.work]\nindex = "sparse+https://thief.example/"\n',
        '[source.mirror]\nregistry = "https://thief.example/"\n',
    ],
)
def test_a_server_that_the_repository_names_is_shown_no_token(tmp_path: Path, text: str) -> None:
    values, is_anonymous = sources_of(tmp_path, text)

    assert is_anonymous
    assert values.pop("registry") == {"global-credential-providers": []}
    assert values == tomllib.loads(text)


def test_names_are_quoted(tmp_path: Path) -> None:
    text = '[registries."a.b\\"c"]\nindex = "sparse+https://thief.example/"\n'

    assert sources_of(tmp_path, text)[0]["registries"] == {
        'a.b"c': {"index": "sparse+https://thief.example/"}
    }


@pytest.mark.cargo
def test_cargo_fetches_from_where_the_repository_says_and_starts_nothing_of_it(make_bench: MakeBench) -> None:
    bench = make_bench(
        {
            "Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\n[dependencies]\nvendored = "1"\n',
            "src/lib.rs": "",
            "vendor/vendored/Cargo.toml": '[package]\nname = "vendored"\nversion = "1.0.0"\n',
            "vendor/vendored/src/lib.rs": "",
            "vendor/vendored/.cargo-checksum.json": json.dumps({"files": {}}),
            ".cargo/config.toml": """
            [source.crates-io]
            replace-with = "mine"
            [source.mine]
            directory = "vendor"
            [build]
            rustc = "tools/thief.sh"
            [registry]
            global-credential-providers = ["tools/thief.sh"]
            """,
            "tools/thief.sh": '#!/bin/sh\ntouch "$(dirname "$0")/../started"\n',
        }
    )
    (bench.root / "tools/thief.sh").chmod(0o755)

    done = run_with_network(bench.build, ["fetch"])

    assert done.succeeded, done.stderr
    assert "vendored" in (bench.root / "Cargo.lock").read_text()
    assert not (bench.root / "started").exists()

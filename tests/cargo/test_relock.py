from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from codemods.cargo.build import Build
from codemods.cargo.lock_format import Moved
from codemods.cargo.process import Completed, Runner
from codemods.cargo.relock import (
    Added,
    NotVendored,
    Relocked,
    Unresolvable,
    lowest_rust,
    relock,
    with_rust_version,
)
from codemods.errors import MachineError, UsageError
from tests.cargo.conftest import Bench, write_files

MANIFEST = PurePosixPath("Cargo.toml")
PACKAGE = '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2018"\n[dependencies]\n'
OLD = PACKAGE + 'fail = "0.1"\nkept = "1"\n'
NEW = (PACKAGE + 'any = "1"\nkept = "1"\n').encode()
CONFIG = '[source.crates-io]\nreplace-with = "own"\n[source.own]\ndirectory = "vendor"\n'


def vendored(name: str, version: str, more: str = "") -> Mapping[str, str]:
    """Return one package of a folder that stands for the registry."""
    folder = f"vendor/{name}-{version}"
    return {
        f"{folder}/Cargo.toml": f'[package]\nname = "{name}"\nversion = "{version}"\n{more}',
        f"{folder}/src/lib.rs": "",
        f"{folder}/.cargo-checksum.json": json.dumps({"files": {}, "package": "0" * 64}),
    }


PLACES: Mapping[str, str] = {
    ".cargo/config.toml": CONFIG,
    "Cargo.toml": OLD,
    "src/lib.rs": "",
    **vendored("fail", "0.1.8", '[dependencies]\ntrace = "0.3"\n'),
    **vendored("trace", "0.3.1"),
    **vendored("kept", "1.0.0"),
    **vendored("kept", "1.0.9"),
    **vendored("any", "1.0.75", 'rust-version = "1.39"\n'),
    **vendored("any", "1.0.104", 'rust-version = "1.68"\n'),
}


class Offline(Runner):
    """Stands for the network: it is not there."""

    def run(self, *_: Any, **__: Any) -> Completed:
        return Completed(101, b"", b"error: failed to download\n  Could not resolve host: index", 0.1)


@pytest.fixture(scope="module")
def bench(make_bench: Callable[..., Bench]) -> Bench:
    bench = make_bench(PLACES)
    lock = relock(bench.build, bench.workspace, {}, None).lock.replace(b'"1.0.9"', b'"1.0.0"')
    bench.workspace.lock_file.write_bytes(lock.replace(b"version = 4", b"version = 3"))
    return bench


def relocked(bench: Bench, manifest: bytes = NEW, **more: Any) -> Relocked:
    lock = bench.workspace.lock_file.read_bytes()
    return relock(bench.build, bench.workspace, {MANIFEST: manifest}, lock, Offline({}), **more)


@pytest.mark.cargo
def test_only_what_must_move_moves_and_the_checkout_is_as_it_was(bench: Bench) -> None:
    places = [bench.root / "Cargo.toml", bench.workspace.lock_file]
    before = [(place.read_bytes(), place.stat().st_mtime_ns) for place in places]
    done = relocked(bench)

    assert done.moved == (
        Moved("any", None, "1.0.104"),
        Moved("fail", "0.1.8", None),
        Moved("trace", "0.3.1", None),
    )
    assert b'name = "kept"\nversion = "1.0.0"' in done.lock
    assert b"\nversion = 3\n" in done.lock
    assert done.added == (Added("any", "1.0.104", "1.68"),)
    assert done.notes == ()
    assert [(place.read_bytes(), place.stat().st_mtime_ns) for place in places] == before


@pytest.mark.cargo
def test_versions_suit_the_lowest_rust_that_is_known(bench: Bench) -> None:
    says = NEW.replace(b'edition = "2018"\n', b'edition = "2018"\nrust-version = "1.60"\n')
    before = (bench.root / "Cargo.toml").read_bytes()

    assert relocked(bench, says).added == (Added("any", "1.0.75", "1.39"),)
    assert relocked(bench, msrv="1.60").added == (Added("any", "1.0.75", "1.39"),)
    assert (bench.root / "Cargo.toml").read_bytes() == before


@pytest.mark.cargo
def test_a_folder_of_packages_that_lacks_one_is_named(bench: Bench) -> None:
    before = (bench.root / "Cargo.toml").read_bytes()
    with pytest.raises(NotVendored, match=r"`other` is needed.*vendor") as raised:
        relocked(bench, NEW + b'other = "1"\n')
    with pytest.raises(NotVendored, match="`any` is needed"):
        relocked(bench, NEW.replace(b'any = "1"', b'any = "2"'))

    assert raised.value.hint and "cargo vendor" in raised.value.hint
    assert (bench.root / "Cargo.toml").read_bytes() == before


@pytest.mark.cargo
def test_without_the_registry_the_run_ends_before_anything_changed(make_bench: Callable[..., Bench]) -> None:
    home = {"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "sparse"}
    bench = make_bench({"Cargo.toml": PACKAGE, "src/lib.rs": ""})
    runner = replace(bench.runner, environment={**bench.runner.environment, **home})
    build = replace(bench.build, runner=runner)
    wanted = (PACKAGE + 'no-such-package-here-7c1f = "1"\n').encode()
    with pytest.raises(MachineError, match="registry is needed and cannot be reached") as raised:
        relock(build, bench.workspace, {MANIFEST: wanted}, None, Offline({}))

    assert raised.value.hint and raised.value.hint.endswith("Nothing was changed.")
    assert not bench.workspace.lock_file.exists()
    assert (bench.root / "Cargo.toml").read_text() == PACKAGE


@pytest.mark.cargo
def test_what_nothing_suits_is_cargos_own_error(bench: Bench) -> None:
    with pytest.raises(Unresolvable, match="no versions that suit"):
        relocked(bench, NEW + b'fail = { path = "vendor/fail-0.1.8", version = "2" }\n')


class Answering(Runner):
    """Stands for cargo: writes a lock file prepared for each call, and remembers what it was given."""

    def run(self, *_: Any, **more: Any) -> Completed:
        lock: Path = self.own_environment["LOCK"]  # type: ignore[index, assignment]
        given, answers = GIVEN.setdefault(str(lock), []), ANSWERS[str(lock)]
        given.append((lock.read_bytes(), more.get("network", "none")))
        lock.write_bytes(answers.pop(0))
        return Completed(0, b'{"packages": []}', b"", 0.1)


GIVEN: dict[str, list[tuple[bytes, str]]] = {}
ANSWERS: dict[str, list[bytes]] = {}


def locked(**versions: str) -> bytes:
    packages = (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "registry+x"\nchecksum = "00"\n'
        for name, version in versions.items()
    )
    return ("version = 4\n\n" + "\n".join(packages)).encode()


@pytest.mark.cargo
@pytest.mark.parametrize(
    ("answers", "networks", "held"),
    [
        ([locked(far="1.0.0", new="1.0.0")], ["none"], False),
        ([locked(far="1.0.5", new="1.0.0"), locked(far="1.0.0", new="1.0.0")], ["none", "none"], True),
        (
            [
                locked(far="1.0.5", new="1.0.0"),
                locked(far="1.0.5", new="1.0.0"),
                locked(far="1.0.0", new="1.0.1"),
            ],
            ["none", "none", "own"],
            True,
        ),
    ],
)
def test_a_locked_version_that_is_not_on_this_machine_stays_all_the_same(
    bench: Bench, tmp_path: Path, answers: list[bytes], networks: list[str], held: bool
) -> None:
    root = tmp_path / "w"
    write_files(root, {"Cargo.toml": PACKAGE, "Cargo.lock": locked(far="1.0.0")})
    lock = root / "Cargo.lock"
    environment = {**bench.runner.environment, "CARGO_HOME": str(tmp_path / "home")}
    runner = Answering(environment, own_environment={"LOCK": lock})  # type: ignore[dict-item]
    build = Build(root, root, tmp_path / "target", bench.toolchain, runner)
    workspace = replace(bench.workspace, repository_root=root, root=root, members=())
    ANSWERS[str(lock)] = list(answers)
    done = relock(build, workspace, {MANIFEST: NEW}, lock.read_bytes())

    assert done.lock == answers[-1]
    assert [network for _, network in GIVEN[str(lock)]] == networks
    assert [b'"new"' in given for given, _ in GIVEN[str(lock)]][1:2] == ([True] if held else [])
    assert lock.read_bytes() == locked(far="1.0.0")


def test_a_broken_lock_file_is_refused_before_cargo_is_asked() -> None:
    with pytest.raises(UsageError, match="lock file is broken"):
        relock(None, None, {}, b"<<<<<<< HEAD\n")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("manifest", "after"),
    [
        (b'[package]\nname = "x"\n', b'[package]\nrust-version = "1.40"\nname = "x"\n'),
        (b'[package]\nedition = "2021"', b'[package]\nrust-version = "1.56"\nedition = "2021"'),
        (b'[package]\nrust-version = "1.30"\n', b'[package]\nrust-version = "1.30"\n'),
        (b"[package]\nrust-version.workspace = true\n", b"[package]\nrust-version.workspace = true\n"),
        (b"[workspace]\n", b"[workspace]\n"),
    ],
)
def test_a_manifest_is_told_its_lowest_rust_where_it_says_none(manifest: bytes, after: bytes) -> None:
    assert with_rust_version(manifest, "1.40") == after


def test_the_lowest_rust_is_that_of_the_most_demanding_package() -> None:
    packages = [Added("a", "1.0.0", "1.9"), Added("b", "1.0.0", "1.68"), Added("c", "1.0.0", None)]

    assert lowest_rust(packages) == packages[1]
    assert lowest_rust(packages[2:]) is None

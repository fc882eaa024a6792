"""`cargo check` on small workspaces, for real."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from codemods.cargo.build import Features
from codemods.cargo.check import check_workspace, missing_targets
from codemods.cargo.replay import replay_unit
from codemods.cargo.report import CheckReport, Unit
from codemods.rust.spans import Span
from tests.cargo.conftest import Bench

pytestmark = pytest.mark.cargo

MEMBER = """
[package]
name = "app-core"
version = "0.1.0"
edition = "2018"
build = "build.rs"
[features]
extra = []
[dependencies]
shared = { path = "../../shared" }
[[example]]
name = "needs"
required-features = ["extra"]
"""
FILES: dict[str, str | bytes] = {
    "ws/Cargo.toml": '[workspace]\nmembers = ["app", "odd"]\n',
    "ws/app/Cargo.toml": MEMBER,
    "ws/app/build.rs": 'fn main() { println!("cargo:rerun-if-changed=build.rs"); }\n',
    "ws/app/src/lib.rs": 'mod inner;\ninclude!("part.rs.in");\npub use shared::one;\n'
    "#[cfg(test)]\nmod tests {\n    #[test]\n    fn f() { let mut x = 1; assert_eq!(x, 1); }\n}\n",
    "ws/app/src/inner.rs": b"\xef\xbb\xbf//! \xc3\xa9\r\n#[allow(deprecated)]\r\n"
    b"pub fn f() -> Result<u8, ()> { Ok(r#try!(Ok::<u8, ()>(1))) }\r\n",
    "ws/app/src/part.rs.in": "pub fn part() -> u8 { 1 }\n",
    "ws/app/src/bin/app.rs": "fn main() { let _ = app_core::one(); }\n",
    "ws/app/tests/it.rs": "#[test]\nfn t() { assert_eq!(app_core::part(), 1); }\n",
    "ws/app/examples/needs.rs": "fn main() {}\n",
    "ws/odd/Cargo.toml": '[package]\nname = "odd"\nversion = "0.1.0"\n'
    '[dependencies]\napp-core = { path = "../app" }\n',
    "ws/odd/src/lib.rs": "extern crate app_core;\npub fn g() -> Result<u8, ()> { Ok(try!(app_core_f())) }\n"
    "fn app_core_f() -> Result<u8, ()> { Ok(app_core::part()) }\n",
    "shared/Cargo.toml": '[package]\nname = "shared"\nversion = "0.1.0"\nedition = "2018"\n',
    "shared/src/lib.rs": "mod more;\npub use more::one;\n",
    "shared/src/more.rs": "pub fn one() -> u8 { 1 }\n",
}


def unit(report: CheckReport, name: str) -> Unit:
    (found,) = [unit for unit in report.units if unit.name == name]
    return found


@pytest.fixture(scope="module")
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench(FILES, "ws")


@pytest.fixture(scope="module")
def report(bench: Bench) -> CheckReport:
    return check_workspace(bench.request)


def test_all_targets_of_members_are_units(report: CheckReport) -> None:
    assert [unit.name for unit in report.units] == [
        "app-core bin app",
        "app-core bin app (test)",
        "app-core custom-build build-script-build",
        "app-core lib app_core",
        "app-core lib app_core (test)",
        "app-core test it (test)",
        "odd lib odd",
        "odd lib odd (test)",
    ]
    assert all(unit.succeeded for unit in report.units)
    assert (report.others, report.capped_lints) == ((), False)


def test_files_come_from_the_compiler(report: CheckReport) -> None:
    files = {"ws/app/src/lib.rs", "ws/app/src/inner.rs", "ws/app/src/part.rs.in"}

    assert unit(report, "app-core lib app_core").files == files
    assert unit(report, "app-core test it (test)").files == {"ws/app/tests/it.rs"}
    assert report.foreign_files == {"shared/src/lib.rs", "shared/src/more.rs"}


def test_messages_of_a_library_and_its_tests_are_told_apart(report: CheckReport) -> None:
    def codes(name: str) -> list[str | None]:
        return [found.code for found in unit(report, name).diagnostics]

    assert "unused_mut" not in codes("app-core lib app_core")
    assert "unused_mut" in codes("app-core lib app_core (test)")


def test_allowed_deprecations_are_reported_at_their_bytes(report: CheckReport, bench: Bench) -> None:
    (found,) = [d for d in unit(report, "app-core lib app_core").diagnostics if d.code == "deprecated"]
    place = found.places[0]
    content = (bench.root / place.path).read_bytes()

    # With a byte order mark, a letter of two bytes and CRLF before it.
    assert place.path == "ws/app/src/inner.rs"
    assert place.span.of(content) == b"r#try"
    assert place.span == Span(content.index(b"r#try"), content.index(b"r#try") + 5)


def test_editions_are_those_of_the_packages(report: CheckReport) -> None:
    assert unit(report, "odd lib odd").edition == "2015"
    assert unit(report, "app-core bin app").edition == "2018"


def test_nothing_is_missing(report: CheckReport, bench: Bench) -> None:
    assert missing_targets(bench.workspace.members, report) == ()


def test_a_second_check_is_fresh_and_says_the_same(report: CheckReport, bench: Bench) -> None:
    again = check_workspace(bench.request)

    assert again == replace(report, seconds=again.seconds)


def test_lost_records_are_made_again(report: CheckReport, bench: Bench) -> None:
    shutil.rmtree(bench.request.capture)

    again = check_workspace(bench.request)

    assert again.units == report.units


def test_an_error_names_its_unit_and_the_rest_goes_on(report: CheckReport, bench: Bench) -> None:
    whole = (bench.root / "ws/app/tests/it.rs").read_text()
    bench.write("ws/app/tests/it.rs", 'compile_error!("no");\n' + whole)
    try:
        broken = check_workspace(bench.request)
    finally:
        bench.write("ws/app/tests/it.rs", whole)

    assert [unit.name for unit in broken.units if not unit.succeeded] == ["app-core test it (test)"]
    (error,) = broken.errors
    assert (error.message, error.places[0].path) == ("no", "ws/app/tests/it.rs")
    (missing,) = missing_targets(bench.workspace.members, broken)
    assert (missing.name, missing.reason) == ("app-core test it (test)", "no")
    assert len(broken.units) == len(report.units)


def test_a_file_that_does_not_parse_keeps_the_unit_s_files(bench: Bench, report: CheckReport) -> None:
    whole = (bench.root / "ws/app/src/part.rs.in").read_text()
    bench.write("ws/app/src/part.rs.in", "fn (")
    try:
        broken = check_workspace(bench.request)
    finally:
        bench.write("ws/app/src/part.rs.in", whole)

    failed = unit(broken, "app-core lib app_core")
    assert not failed.succeeded
    assert failed.files >= unit(report, "app-core lib app_core").files
    reasons = {missing.name: missing.reason for missing in missing_targets(bench.workspace.members, broken)}
    assert "needs app-core lib app_core" in reasons["odd lib odd"]


def test_features_add_targets(bench: Bench) -> None:
    report = check_workspace(bench.with_features(Features(all=True)))

    assert unit(report, "app-core example needs").succeeded
    assert check_workspace(bench.request).units != report.units


def test_a_unit_is_replayed_on_a_shadow(bench: Bench) -> None:
    found = unit(check_workspace(bench.request), "app-core lib app_core (test)")
    shadow = bench.root.parent / "shadow"
    shutil.copytree(bench.root, shadow, dirs_exist_ok=True)
    changed = shadow / "ws/app/src/part.rs.in"
    changed.write_text('pub fn part() -> u8 { compile_error!("site 17"); 1 }\n')

    def replay(root: str) -> tuple[bool, list[str]]:
        replayed = replay_unit(
            found,
            bench.runner,
            scratch_root=bench.root,
            shadow_root=bench.root.parent / root,
            target_directory=bench.build.target_directory,
        )
        return replayed.succeeded, [
            f"{d.message} {d.places[0].path}" for d in replayed.diagnostics if d.is_error
        ]

    assert replay("shadow") == (False, ["site 17 ws/app/src/part.rs.in"])
    assert replay("scratch") == (True, [])


LINTS = "#![deny(warnings)]\npub fn f() { let mut x = 1; let _ = x; }\n"


def package(name: str, more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2018"\n{more}'


def test_lints_are_capped_where_only_they_fail(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench({"Cargo.toml": package("strict"), "src/lib.rs": LINTS})

    first = check_workspace(bench.request)
    request = replace(bench.request, cap_lints=True)
    capped = check_workspace(request)
    fresh = check_workspace(request)

    assert not unit(first, "strict lib strict").succeeded
    assert unit(capped, "strict lib strict").succeeded
    assert capped.capped_lints
    assert fresh.capped_lints
    assert capped.units == fresh.units


def test_a_target_whose_dependency_fails_is_missing_with_the_reason(make_bench: Callable[..., Bench]) -> None:
    native = package("native-sys", 'build = "build.rs"\n')
    bench = make_bench(
        {
            "app/Cargo.toml": package("app", '[dev-dependencies]\nnative-sys = { path = "../native" }\n'),
            "app/src/lib.rs": "pub fn f() {}\n",
            "app/tests/it.rs": "extern crate native_sys;\n",
            "native/Cargo.toml": native,
            "native/src/lib.rs": "",
            "native/build.rs": 'fn main() { panic!("no library `native`") }\n',
        },
        "app",
    )

    report = check_workspace(bench.request)

    assert [unit.name for unit in report.units if unit.succeeded] == ["app lib app"]
    missing = missing_targets(bench.workspace.members, report)
    assert [found.name for found in missing] == ["app lib app (test)", "app test it (test)"]
    assert "native-sys" in missing[0].reason
    assert any("no library `native`" in found.rendered for found in report.others)


def test_a_build_script_that_hangs_is_stopped_and_named(make_bench: Callable[..., Bench]) -> None:
    sleeps = "fn main() { std::thread::sleep(std::time::Duration::from_secs(600)) }\n"
    bench = make_bench(
        {"Cargo.toml": package("sleepy", 'build = "build.rs"\n'), "src/lib.rs": "", "build.rs": sleeps}
    )
    started = time.monotonic()

    report = check_workspace(bench.limited(seconds=2))

    assert time.monotonic() - started < 60
    assert any("`sleepy`" in found.message and found.is_error for found in report.others)


def test_a_dependency_that_is_nowhere_is_an_error(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(
        {"Cargo.toml": package("app", '[dependencies]\nno-such-crate-of-ours = "7"\n'), "src/lib.rs": ""}
    )

    report = check_workspace(bench.request)

    assert report.units == ()
    assert "no-such-crate-of-ours" in report.others[0].rendered

from __future__ import annotations

from codemods.cargo.stderr import CargoErrors, errors_of_cargo, started_packages

SAID = b"""\
   Compiling libc v0.2.1
    Checking my-lib v0.1.0 (/scratch/my-lib)
warning: unused key
error: failed to run custom build command for `native-sys v0.1.0 (/scratch/native)`

Caused by:
  process didn't exit successfully: `/t/build-script-build` (exit status: 101)
  --- stderr
  pkg-config: no package `native`
   Compiling other v1.0.0
error: could not compile `my-lib` (lib) due to 2 previous errors
warning: build failed, waiting for other jobs to finish...
"""


def test_errors_of_cargo_itself_are_found() -> None:
    (found,) = errors_of_cargo(CargoErrors(SAID, "/scratch"))

    assert found.is_error
    assert found.message == "failed to run custom build command for `native-sys v0.1.0 (native)`"
    assert "no package `native`" in found.rendered
    assert "Compiling" not in found.rendered


def test_a_unit_that_fails_is_no_error_of_cargo() -> None:
    text = b"error: could not compile `a` (lib)\n\nCaused by:\n  process didn't exit successfully: `rustc`\n"

    assert list(errors_of_cargo(CargoErrors(text, "/scratch"))) == []


def test_started_packages_are_named_in_order() -> None:
    assert started_packages(SAID) == ["libc", "my-lib", "other"]

"""The files of a crate, and the conditions under which they are part of it."""

from __future__ import annotations

from pathlib import PurePosixPath

from codemods.rust.modules import crate_files


def files(tree: dict[str, str], root: str = "src/lib.rs") -> dict[str, str]:
    content = {PurePosixPath(path): text.encode() for path, text in tree.items()}
    crate = crate_files(PurePosixPath(root), "2021", content.get)
    return {str(path): str(condition) for path, condition in crate.files.items()}


def test_files_named_by_modules() -> None:
    found = files(
        {
            "src/lib.rs": "mod a; mod r#try; mod in_line { mod deep; } mod gone;",
            "src/a.rs": "mod b;",
            "src/a/b.rs": "#[cfg(test)] mod tests;",
            "src/a/b/tests.rs": "",
            "src/try/mod.rs": "mod beside;",
            "src/try/beside.rs": "",
            "src/in_line/deep.rs": "",
            "src/nobody.rs": "",
        }
    )
    assert found == {
        "src/lib.rs": "true",
        "src/a.rs": "true",
        "src/a/b.rs": "true",
        "src/a/b/tests.rs": "test",
        "src/try/mod.rs": "true",
        "src/try/beside.rs": "true",
        "src/in_line/deep.rs": "true",
    }


def test_paths_that_attributes_name() -> None:
    found = files(
        {
            "src/lib.rs": '#[path = "odd/x.rs"] mod x; mod y;\n'
            '#[cfg_attr(unix, path = "unix.rs")] #[cfg_attr(windows, path = "win.rs")] mod sys;',
            "src/odd/x.rs": "mod beside;",
            "src/odd/beside.rs": "",
            "src/y.rs": 'mod inner { #[path = "z.rs"] mod z; } #[path = "w.rs"] mod w;',
            "src/y/inner/z.rs": "",
            "src/w.rs": "",
            "src/unix.rs": "",
            "src/win.rs": "",
            "src/sys.rs": "",
            "src/x.rs": "",
        }
    )
    assert found == {
        "src/lib.rs": "true",
        "src/odd/x.rs": "true",
        "src/odd/beside.rs": "true",
        "src/y.rs": "true",
        "src/y/inner/z.rs": "true",
        "src/w.rs": "true",
        "src/unix.rs": "unix",
        "src/win.rs": "all(not(unix), windows)",
        "src/sys.rs": "all(not(unix), not(windows))",
    }


def test_conditions_add_up_and_several_ways_count() -> None:
    found = files(
        {
            "src/lib.rs": '#![cfg(a)] #[cfg(b)] mod one; mod two { #![cfg(c)] include!("shared.rs"); }',
            "src/one.rs": '#![cfg(d)] #[path = "shared.rs"] mod shared;',
            "src/shared.rs": "",
        }
    )
    assert found["src/one.rs"] == "all(a, b)"
    assert found["src/shared.rs"] in ("any(all(a, c), all(a, b, d))", "any(all(a, b, d), all(a, c))")


def test_modules_in_macros() -> None:
    found = files(
        {
            "src/lib.rs": "mod macros; cfg_rt! { pub mod rt; }\n"
            "cfg_if! { if #[cfg(unix)] { mod unix; } else { mod other; } } unknown! { mod secret; }",
            "src/macros.rs": 'macro_rules! cfg_rt { ($($i:item)*) => { $( #[cfg(feature = "rt")] $i )* } }',
            "src/rt.rs": "",
            "src/unix.rs": "",
            "src/other.rs": "",
            "src/secret.rs": "",
        }
    )
    assert found["src/rt.rs"] == 'feature = "rt"', "the macro is defined in a file read later"
    assert (found["src/unix.rs"], found["src/other.rs"]) == ("unix", "not(unix)")
    assert found["src/secret.rs"] == "what `unknown!` makes of it"


def test_files_that_name_each_other_come_to_an_end() -> None:
    found = files({"src/lib.rs": "mod a;", "src/a.rs": '#[cfg(x)] #[path = "lib.rs"] mod again;'})
    assert found == {"src/lib.rs": "true", "src/a.rs": "true"}


def test_what_is_no_rust_is_left_out() -> None:
    content = {PurePosixPath("src/lib.rs"): b"mod a; mod b;", PurePosixPath("src/a.rs"): b"\xff\xfe"}
    assert set(crate_files(PurePosixPath("src/lib.rs"), "2021", content.get).files) == {
        PurePosixPath("src/lib.rs")
    }

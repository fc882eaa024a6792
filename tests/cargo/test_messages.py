from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codemods.cargo.messages import PathMap, read_messages
from codemods.rust.spans import Span


def span(name: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    return {
        "file_name": name,
        "byte_start": start,
        "byte_end": end,
        "line_start": 1,
        "column_start": start + 1,
        "is_primary": True,
        "label": None,
        "expansion": None,
        **more,
    }


def message(text: str, *spans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "$message_type": "diagnostic",
        "message": text,
        "code": None,
        "level": "error",
        "spans": list(spans),
        "children": [],
        "rendered": text,
        **more,
    }


def stream(*messages: dict[str, Any] | str) -> bytes:
    return "\n".join(m if isinstance(m, str) else json.dumps(m) for m in messages).encode()


def paths(root: str = "/repo", cwd: str = "/repo/ws") -> PathMap:
    return PathMap(root, cwd)


def test_a_message_becomes_a_diagnostic() -> None:
    code = {"code": "E0308", "explanation": "…"}
    note = message(
        "expected due to this", span("src/b.rs", 1, 2, is_primary=False, label="here"), level="note"
    )
    said = message("mismatched types", span("src/a.rs", 5, 9), code=code, children=[note])

    (found,) = read_messages(stream(said), paths())

    assert (found.level, found.code, found.message) == ("error", "E0308", "mismatched types")
    assert found.is_error
    assert not found.is_lint
    place = found.places[0]
    assert (place.path, place.span, place.line, place.column) == ("ws/src/a.rs", Span(5, 9), 1, 6)
    assert (found.children[0].places[0].label, found.children[0].places[0].is_primary) == ("here", False)


def test_a_lint_is_told_from_an_error_code() -> None:
    said = message("unused", span("a.rs", 0, 1), code={"code": "unused_mut"}, level="warning")

    (found,) = read_messages(stream(said), paths())

    assert found.is_lint
    assert not found.is_error


def test_callers_of_a_macro_come_innermost_first() -> None:
    outer = span("src/main.rs", 90, 99)
    middle = span("src/m.rs", 50, 60, expansion={"span": outer, "macro_decl_name": "b!"})
    inner = span("src/m.rs", 10, 20, expansion={"span": middle, "macro_decl_name": "a!"})

    (found,) = read_messages(stream(message("x", inner)), paths())

    assert [(p.path, p.span.start) for p in found.places[0].callers] == [
        ("ws/src/m.rs", 50),
        ("ws/src/main.rs", 90),
    ]


def test_summaries_artifacts_and_noise_are_no_diagnostics() -> None:
    artifact = {"$message_type": "artifact", "artifact": "/t/a.rmeta", "emit": "metadata"}
    summary = message("aborting due to 2 previous errors; 1 warning emitted")
    footnote = message(
        "For more information about this error, try `rustc --explain E0308`.", level="failure-note"
    )

    assert read_messages(stream(artifact, summary, footnote, "a proc macro printed this", ""), paths()) == ()


def test_an_error_without_a_place_counts() -> None:
    (found,) = read_messages(stream(message("`main` function not found", code={"code": "E0601"})), paths())

    assert found.places == ()


def test_a_crash_of_the_compiler_is_an_error() -> None:
    text = stream("", "thread 'rustc' panicked at compiler/x.rs:1:1:", "oh no")

    (found,) = read_messages(text, paths())

    assert found.is_error
    assert "oh no" in found.rendered


def test_colours_are_removed_from_what_people_read() -> None:
    (found,) = read_messages(
        stream(message("x", rendered="\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m: x")), paths()
    )

    assert found.rendered == "error: x"


def test_paths_are_relative_to_the_repository(tmp_path: Path) -> None:
    root = tmp_path / "real"
    (root / "ws" / "src").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    relative = PathMap(str(root), str(root / "ws"))

    assert relative("src/lib.rs") == "ws/src/lib.rs"
    assert relative("src/../../shared/x.rs") == "shared/x.rs"
    assert relative(str(tmp_path / "link" / "ws" / "src" / "lib.rs")) == "ws/src/lib.rs"
    assert relative("../../elsewhere.rs") == str(tmp_path / "elsewhere.rs")
    assert (
        relative("/rustc/abc/library/core/src/macros/mod.rs") == "/rustc/abc/library/core/src/macros/mod.rs"
    )
    assert relative("<anon>") == "<anon>"


def test_a_link_to_a_file_keeps_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "shared.rs").write_text("")
    (tmp_path / "src" / "lib.rs").symlink_to("../shared.rs")

    assert PathMap(str(tmp_path), str(tmp_path))("src/lib.rs") == "src/lib.rs"


def test_dots_behind_a_linked_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "x.rs").write_text("")
    (tmp_path / "a").symlink_to("deep/er")

    assert PathMap(str(tmp_path), str(tmp_path))("a/../x.rs") == "deep/x.rs"

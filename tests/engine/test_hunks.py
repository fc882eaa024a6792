"""The diff of one change is what `git apply` and a reader expect."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.engine.hunks import form_diff
from codemods.recipe.proposals import Created, Deleted, Edited, Form
from codemods.rust.edits import Edit, EditConflict, apply_edits
from codemods.rust.spans import Span

PATH = PurePosixPath("src/lib.rs")


def diff(content: bytes, *edits: Edit) -> str:
    return form_diff(Form((Edited(PATH, edits),)), lambda _: content)


def test_unchanged_lines_between_two_edits_are_context() -> None:
    shown = diff(b"a\nb\nc\nd\n", Edit(Span(0, 1), "A"), Edit(Span(6, 7), "D"))

    assert shown == ("--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n-d\n+D\n")


def test_a_missing_final_newline_is_shown() -> None:
    assert diff(b"a", Edit(Span(0, 1), "b")).endswith(
        "-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
    )


def test_a_replaced_line_leaves_the_next_one_alone() -> None:
    shown = diff(b"a\nb\nc\n", Edit(Span(2, 4), "B\n"))

    assert "-b\n+B\n c\n" in shown


def test_new_and_deleted_files_are_shown_whole() -> None:
    form = Form((Created(PurePosixPath("b"), b"x\n"), Deleted(PurePosixPath("a"))))

    shown = form_diff(form, lambda _: b"y\n")

    assert "--- a/a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-y\n" in shown
    assert "--- /dev/null\n+++ b/b\n@@ -0,0 +1,1 @@\n+x\n" in shown


@given(st.data())
def test_git_applies_what_is_shown(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from(["a", "bb", "", "c\rc"]), min_size=1, max_size=30))
    content = "\n".join(lines).encode() + data.draw(st.sampled_from([b"", b"\n"]))
    if not content:
        return
    offsets = st.integers(0, len(content))
    spans = data.draw(st.lists(st.tuples(offsets, offsets).map(sorted), min_size=1, max_size=4))
    edits = [Edit(Span(*span), data.draw(st.sampled_from(["", "X", "Y\nZ"]))) for span in spans]
    try:
        expected = apply_edits(content, edits)
    except EditConflict:
        return
    if expected == content or not expected:
        return
    folder: Path = tmp_path_factory.mktemp("apply")
    (folder / "src").mkdir()
    (folder / PATH).write_bytes(content)

    shown = diff(content, *edits)

    subprocess.run(
        ["git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-"],
        input=shown.encode(), cwd=folder, check=True,
    )  # fmt: skip
    assert (folder / PATH).read_bytes() == expected


def test_code_comes_before_manifests_and_the_lock_file() -> None:
    paths = [PurePosixPath(name) for name in ("Cargo.lock", "Cargo.toml", "a/Cargo.toml", "src/lib.rs")]
    form = Form(tuple(Created(path, b"x\n") for path in paths))
    shown = [text[6:] for text in form_diff(form, lambda _: b"").split("\n") if text.startswith("+++ b/")]
    assert shown == ["src/lib.rs", "Cargo.toml", "a/Cargo.toml", "Cargo.lock"]

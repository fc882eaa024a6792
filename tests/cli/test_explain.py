"""`codemod explain` knows every grade and every check, by letter and by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.cli.explain import command
from codemods.engine.document import Grade
from codemods.engine.meanings import CHECKS, GRADES, WORDS
from codemods.errors import UsageError
from codemods.review.groups import GRADE_WORDS


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def explained(what: str, capsys: pytest.CaptureFixture[str]) -> str:
    command.main([what], standalone_mode=False)
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("grade", Grade)
def test_a_grade_is_explained_by_letter_and_by_word(grade: Grade, capsys: pytest.CaptureFixture[str]) -> None:
    by_letter = explained(grade.value, capsys)
    assert by_letter == explained(grade.value.lower(), capsys) == explained(GRADE_WORDS[grade], capsys)
    for part in (GRADES[grade].means, GRADES[grade].not_said, GRADES[grade].written):
        assert " ".join(part.split()) in by_letter


@pytest.mark.parametrize("check", ["compile", "expand", "prove", "test", "executed"])
def test_a_check_is_explained(check: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(check, capsys)
    assert text.startswith(f"The check {check}: ") and CHECKS[check].otherwise in text


def test_reports_and_explanations_use_the_same_words() -> None:
    assert {grade: word for word, grade in WORDS.items()} == GRADE_WORDS


def test_a_misspelt_grade_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        command.main(["provd"], standalone_mode=False)
    assert caught.value.hint in {"Did you mean prove?", "Did you mean proved?"}

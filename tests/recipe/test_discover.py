from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib import metadata as installed_metadata
from pathlib import Path

import pytest

from codemods.errors import MachineError
from codemods.recipe import discover as discovery
from codemods.recipe.discover import RecipeClash, UnknownRecipe, discover, in_run_order, load, select
from codemods.recipe.metadata import MetadataCache, MetadataError, RecipeInfo, read_metadata
from codemods.recipe.trust import Trust, UntrustedRecipe

MODULE = '''\
"""Call `b` instead of `a`.

    a();
    ->
    b();

Left alone: methods.
"""

from codemods.recipe import Applicability, Edit, MacroOrigin, Pattern, Setting, Site, recipe

TRY = MacroOrigin("try", note="use `?`")
EPOCH = "20" "18"


@recipe(
    summary="Replace `a` with `b`",
    epoch=EPOCH,
    min_rust="1.30",
    applicability=Applicability.MAYBE_INCORRECT,
    pattern=Pattern("a()"),
    facts=(TRY,),
    after=["try-macro"],
    settings=[Setting("deep", False, "look deeper")],
)
def a_to_b(site: Site) -> list[Edit]:
    return [Edit(site.span, "b()")]
'''


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with one recipe; built-in and installed ones are none."""
    monkeypatch.setattr(discovery, "_built_in", lambda: iter(()))
    monkeypatch.setattr(discovery, "_installed", lambda: iter(()))
    recipes = tmp_path / "codemod" / "recipes"
    recipes.mkdir(parents=True)
    (recipes / "a_to_b.py").write_text(MODULE, "utf-8")
    (recipes / "_shared.py").write_text("not python at all", "utf-8")
    return tmp_path


def _info(recipe_id: str, epoch: str = "2015", after: tuple[str, ...] = ()) -> RecipeInfo:
    return RecipeInfo(
        recipe_id,
        "S",
        epoch,
        "1.0",
        "maybe-incorrect",
        "",
        after,
        (),
        (),
        "built-in",
        Path(recipe_id),
        "hash",
    )


def test_what_a_module_declares_is_read_without_running_it(workspace: Path) -> None:
    path = workspace / "codemod" / "recipes" / "a_to_b.py"
    path.write_text(MODULE + "\nraise SystemExit('it ran')\n", "utf-8")

    (info,) = discover(workspace)

    assert (info.id, info.summary, info.epoch, info.min_rust) == (
        "a-to-b",
        "Replace `a` with `b`",
        "2018",
        "1.30",
    )
    assert info.applicability == "maybe-incorrect"
    assert info.after == ("try-macro",)
    assert info.needs == ('MacroOrigin("try", note="use `?`")',)
    assert info.settings == ("`a-to-b.deep=False` (the default): look deeper",)
    assert info.origin == "workspace"
    assert info.path == path
    assert info.documentation.left_alone == "methods."
    assert info.documentation.examples[0].after == "b();"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("def a_to_b", "def other"), "called other"),
        (("@recipe(", "@other("), "declares no recipe"),
        (('    min_rust="1.30",\n', ""), "does not say its min_rust"),
        (('summary="Replace `a` with `b`"', "summary=make()"), "not a plain text"),
        (("def a_to_b", "def a_to_b("), "not valid Python"),
        (
            ("return [Edit", "pass\n\n@recipe(summary='')\ndef two(): return [Edit"),
            "several recipes: a_to_b, two",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_module_that_is_no_recipe_says_why(workspace: Path, change: tuple[str, str], message: str) -> None:
    path = workspace / "codemod" / "recipes" / "a_to_b.py"
    path.write_text(MODULE.replace(*change), "utf-8")

    with pytest.raises(MetadataError, match=message) as error:
        discover(workspace)
    assert error.value.where is not None
    assert str(path) in error.value.where


def test_a_warm_cache_does_without_libcst(workspace: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from codemods.recipe.metadata import MetadataCache, read_metadata\n"
        "info = read_metadata(Path(sys.argv[1]), 'workspace', MetadataCache(Path(sys.argv[2])))\n"
        "print(info.id, 'libcst' in sys.modules)"
    )
    path = workspace / "codemod" / "recipes" / "a_to_b.py"

    def run() -> str:
        command = [sys.executable, "-c", script, str(path), str(tmp_path / "cache")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert run() == "a-to-b True"
    assert run() == "a-to-b False"
    path.write_text(MODULE + "# changed\n", "utf-8")
    assert run() == "a-to-b True"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "x"}', "null"])
def test_a_damaged_cache_is_read_again(workspace: Path, tmp_path: Path, content: str) -> None:
    cache = MetadataCache(tmp_path / "cache")
    (info,) = discover(workspace, cache)
    for file in (tmp_path / "cache").iterdir():
        file.write_text(content, "utf-8")

    assert discover(workspace, cache) == (info,)


def test_a_cache_that_cannot_be_written_is_no_error(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    assert len(discover(workspace, MetadataCache(tmp_path / "file" / "cache"))) == 1


def test_a_foreign_recipe_runs_only_when_trusted(workspace: Path, tmp_path: Path) -> None:
    (info,) = discover(workspace)
    trust = Trust(tmp_path / "state" / "trusted.json")

    with pytest.raises(UntrustedRecipe, match="comes with this workspace") as error:
        load(info, trust)
    assert error.value.hint is not None
    assert "--trust-recipes" in error.value.hint
    with pytest.raises(UntrustedRecipe):
        load(info)

    trust.remember([info])
    assert load(info, Trust(tmp_path / "state" / "trusted.json")).id == "a-to-b"


def test_trust_is_asked_for_again_when_the_content_changes(workspace: Path, tmp_path: Path) -> None:
    trust = Trust(tmp_path / "trusted.json")
    trust.remember(discover(workspace))
    (workspace / "codemod" / "recipes" / "a_to_b.py").write_text(MODULE + "\nimport os\n", "utf-8")

    (changed,) = discover(workspace)
    with pytest.raises(UntrustedRecipe, match="has changed since it was trusted"):
        load(changed, trust)


def test_what_runs_is_what_was_read(workspace: Path, tmp_path: Path) -> None:
    trust = Trust(tmp_path / "trusted.json")
    (info,) = discover(workspace)
    trust.remember([info])
    info.path.write_text(MODULE + "\nraise SystemExit('it ran')\n", "utf-8")

    with pytest.raises(MetadataError, match="changed while we looked"):
        load(info, trust)


def test_a_damaged_trust_file_trusts_nothing(workspace: Path, tmp_path: Path) -> None:
    (info,) = discover(workspace)
    (tmp_path / "trusted.json").write_text("[", "utf-8")

    with pytest.raises(UntrustedRecipe):
        load(info, Trust(tmp_path / "trusted.json"))


def test_trust_that_cannot_be_remembered_is_an_error_of_the_machine(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    with pytest.raises(MachineError, match="cannot be remembered"):
        Trust(tmp_path / "file" / "trusted.json").remember(discover(workspace))


def test_a_recipe_that_fails_to_load_names_itself(workspace: Path, tmp_path: Path) -> None:
    path = workspace / "codemod" / "recipes" / "a_to_b.py"
    path.write_text(MODULE + "\n1 / 0\n", "utf-8")
    trust = Trust(tmp_path / "trusted.json")
    (info,) = discover(workspace)
    trust.remember([info])

    with pytest.raises(MetadataError, match="ZeroDivisionError") as error:
        load(info, trust)
    assert error.value.where == str(path)


def test_two_recipes_of_one_name_are_an_error_naming_both(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "installed" / "a_to_b.py"
    other.parent.mkdir()
    other.write_text(MODULE, "utf-8")
    monkeypatch.setattr(discovery, "_installed", lambda: iter([(other, "installed.a_to_b")]))

    with pytest.raises(RecipeClash, match=r"installed one in .*installed/a_to_b\.py") as error:
        discover(workspace)
    assert error.value.where == str(workspace / "codemod" / "recipes" / "a_to_b.py")


def test_installed_recipes_are_found_without_importing_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "some_recipes_xyz"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')", "utf-8")
    (package / "a_to_b.py").write_text(MODULE, "utf-8")
    entry = installed_metadata.EntryPoint("a-to-b", "some_recipes_xyz.a_to_b", "codemods.recipes")
    monkeypatch.setattr(discovery, "entry_points", lambda **_: [entry])
    monkeypatch.setattr(discovery, "_built_in", lambda: iter(()))
    monkeypatch.syspath_prepend(str(tmp_path))

    (info,) = discover()

    assert (info.id, info.origin, info.module) == ("a-to-b", "installed", "some_recipes_xyz.a_to_b")
    (package / "__init__.py").write_text("", "utf-8")
    assert load(info).id == "a-to-b"


def test_an_installed_recipe_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = installed_metadata.EntryPoint("gone", "no_such_package_xyz.gone", "codemods.recipes")
    monkeypatch.setattr(discovery, "entry_points", lambda **_: [entry])

    with pytest.raises(MetadataError, match=r"no module no_such_package_xyz\.gone"):
        discover()


def test_recipes_run_after_those_they_name_then_by_epoch_then_by_id() -> None:
    infos = [_info("z", "2015"), _info("b", "2018"), _info("a", "2018"), _info("c", "2015", after=("b",))]

    assert [info.id for info in in_run_order(infos)] == ["z", "a", "b", "c"]
    assert [info.id for info in in_run_order(infos[::-1])] == ["z", "a", "b", "c"]


def test_recipes_that_wait_for_each_other_are_an_error() -> None:
    with pytest.raises(RecipeClash, match="after each other: a, b"):
        in_run_order([_info("b", after=("a",)), _info("a", after=("b",)), _info("c")])


def test_an_unknown_recipe_is_answered_with_the_nearest() -> None:
    infos = [_info("try-macro"), _info("failure")]

    assert [info.id for info in select(infos, ["try_macro", "failure", "try-macro"])] == [
        "failure",
        "try-macro",
    ]
    with pytest.raises(UnknownRecipe, match="no recipe trymacro") as error:
        select(infos, ["trymacro"])
    assert error.value.hint == "Did you mean try-macro?"
    with pytest.raises(UnknownRecipe) as error:
        select(infos, ["zzz"])
    assert error.value.hint == "codemod list shows every recipe."


def test_a_package_is_hashed_as_a_whole(tmp_path: Path) -> None:
    package = tmp_path / "a_to_b"
    package.mkdir()
    (package / "__init__.py").write_text(MODULE, "utf-8")
    (package / "helper.py").write_text("A = 1\n", "utf-8")
    before = read_metadata(package / "__init__.py", "built-in")
    (package / "helper.py").write_text("A = 2\n", "utf-8")

    assert before.id == "a-to-b"
    assert read_metadata(package / "__init__.py", "built-in") != before
    assert replace(read_metadata(package / "__init__.py", "built-in"), content_hash="") == replace(
        before, content_hash=""
    )

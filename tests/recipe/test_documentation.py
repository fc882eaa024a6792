from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from codemods.recipe.documentation import Example, parse_documentation
from codemods.recipe.metadata import RecipeInfo
from codemods.recipe.pages import index, page, write_pages

DOCSTRING = """Call `b` instead of `a`.

    Why, in a paragraph
    of two lines.

        fn f() {

            a();
        }
        ->
        fn f() {

            b();
        }

    More prose:

        code without an arrow | stays prose

        x -> y
        ->
        y -> x

    Left alone: methods,
    and paths.

    Also this.
    """


def _info(docstring: str = DOCSTRING, recipe_id: str = "a-to-b") -> RecipeInfo:
    return RecipeInfo(
        recipe_id,
        "Replace `a` | `b`",
        "2018",
        "1.30",
        "machine-applicable",
        docstring,
        ("try-macro",),
        ('MacroOrigin("try")',),
        (),
        "built-in",
        Path("a_to_b.py"),
        "hash",
    )


def test_a_docstring_is_taken_apart() -> None:
    documentation = parse_documentation(DOCSTRING)

    assert documentation.title == "Call `b` instead of `a`."
    assert documentation.reason.startswith("Why, in a paragraph\nof two lines.\n\nMore prose:")
    assert documentation.examples[0] == Example("fn f() {\n\n    a();\n}", "fn f() {\n\n    b();\n}")
    assert documentation.left_alone == "methods,\nand paths.\n\nAlso this."


def test_an_empty_docstring_has_empty_parts() -> None:
    documentation = parse_documentation("")

    assert (documentation.title, documentation.reason, documentation.left_alone) == ("", "", "")
    assert documentation.examples == ()


def test_a_page_says_everything_about_a_recipe() -> None:
    text = page(_info())

    assert text.startswith("# `a-to-b`\n\nReplace `a` | `b`.\n")
    assert "```rust\n// after\nfn f() {\n\n    b();\n}\n```" in text
    assert "| runs after | [`try-macro`](try-macro.md) |" in text
    assert '| asks the compiler | `MacroOrigin("try")` |' in text
    assert "## Left alone\n\nMethods,\nand paths." in text
    assert text.endswith("-->\n")


def test_the_table_has_a_row_for_each_recipe_in_run_order() -> None:
    first = replace(_info(recipe_id="try-macro"), after=())
    rows = [line for line in index([_info(), first]).split("\n") if line.startswith("| [")]

    assert rows == [
        f"| [`{name}`]({name}.md) | 2018 | Replace `a` \\| `b` | 1.30 | machine-applicable |"
        for name in ("try-macro", "a-to-b")
    ]


def test_pages_are_written_once_and_old_ones_deleted(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("", "utf-8")

    assert {path.name for path in write_pages(tmp_path, [_info()])} == {"README.md", "a-to-b.md", "gone.md"}
    assert list(write_pages(tmp_path, [_info()])) == []
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "a-to-b.md"}

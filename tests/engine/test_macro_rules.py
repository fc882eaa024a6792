"""Definitions of the macros around a site are found where the site's crate can see them."""

from pathlib import PurePosixPath

from codemods.cargo.report import Unit
from codemods.engine.macro_rules import answer_macro_rules
from codemods.recipe.facts import Answer, Known, MacroRules, Unknown
from codemods.recipe.pattern import Pattern
from codemods.recipe.search import Match
from codemods.recipe.site import Site
from codemods.rust.source import Source
from codemods.rust.trees import span_of

FACT = MacroRules(known=frozenset({"println"}))


def site_in(text: str) -> Site:
    source = Source(PurePosixPath("src/lib.rs"), text.encode(), "2021")
    match: Match = next(iter(Pattern("needle()").find(source)))
    return Site("1", "r", source, match.tree, match.node, span_of(match.node), {})


def unit(*files: str) -> Unit:
    return Unit("u", "p", "p", "lib", False, "2021", (), (), "", frozenset(files), True, ())


def ask(text: str, sources: dict[str, bytes], externs: frozenset[str] = frozenset()) -> Answer:
    site = site_in(text)
    own = frozenset(sources) - externs | {"src/lib.rs"}
    answers = answer_macro_rules(FACT, [site], [unit(*own)], sources.get, lambda _: externs)
    return answers.facts[site.id, FACT]


def test_a_definition_in_another_file_is_found_whole() -> None:
    text = b'// macro_rules! x\nmacro_rules! log {\n ($a:expr) => { "}" /* } */ };\n}\nfn f() {}\n'

    answer = ask("fn f() { log!(needle()) }", {"src/macros.rs": text})

    assert isinstance(answer, Known)
    assert answer.value == 'macro_rules! log {\n ($a:expr) => { "}" /* } */ };\n}'


def test_all_definitions_count_also_those_of_other_crates() -> None:
    sources = {"src/a.rs": b"macro_rules! log { () => {} }", "/deps/b.rs": b"macro_rules! log [ (1) => {} ];"}

    answer = ask("fn f() { log!(needle()) }", sources, frozenset({"/deps/b.rs"}))

    assert isinstance(answer, Known)
    assert answer.value.count("macro_rules!") == 2


def test_macros_further_out_are_looked_for_too() -> None:
    answer = ask("fn f() { out!(log!(needle())) }", {"src/a.rs": b"macro_rules! out { () => {} }"})

    assert isinstance(answer, Known)


def test_what_the_recipe_knows_and_what_is_not_there_is_no_answer() -> None:
    sources = {"src/a.rs": b"macro_rules! println { () => {} } macro_rules! logger { () => {} }"}

    assert isinstance(ask("fn f() { println!(needle()) }", sources), Unknown)
    assert isinstance(ask("fn f() { log!(needle()) }", sources), Unknown)

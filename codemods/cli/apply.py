"""`codemod apply`: scan, rewrite, verify, branch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from codemods.cli import options
from codemods.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from codemods.engine.listener import Listener
    from codemods.engine.request import Request, Result

RUN_OPTIONS = (
    click.option("--dry-run", is_flag=True, help="Print the diff; write nothing in the repository."),
    click.option("--check", is_flag=True, help="With --dry-run: exit 1 where there is something to do."),
    click.option("--branch", metavar="NAME", help="The branch to write [codemod/RECIPE]."),
    click.option("--test/--no-test", default=None, help="Compare the tests' verdicts before and after."),
    click.option(
        "--run", metavar="CMD", multiple=True,
        help="Compare output and exit code of `cargo run …` or a program; repeatable.",
    ),
    click.option(
        "--prove/--no-prove", default=None, help="Compare what rustc makes of it [if the recipe claims it]."
    ),
    click.option("--features", metavar="LIST", multiple=True, help="Build with these features."),
    click.option("--all-features", is_flag=True, default=None, help="Build with all features."),
    click.option("--target", metavar="TRIPLE", multiple=True, help="Build for this target too; repeatable."),
    click.option(
        "--max-configurations", type=click.IntRange(min=1), metavar="N", help="Build in at most N ways [8]."
    ),
    click.option(
        "--include-unverified", is_flag=True, help="Also write what nothing here compiles, in own commits."
    ),
    click.option(
        "--timeout", type=click.FloatRange(min=1), metavar="SECONDS", help="For each process [300]."
    ),
    click.option(
        "--limit", "limits", metavar="NAME=VALUE", multiple=True,
        help="What analysed code may use: memory, processes, output, file.",
    ),
    click.option("--toolchain", metavar="NAME", help="Use this rustup toolchain."),
    options.only,
    options.exclude,
    options.packages,
    click.option("--all", "all_recipes", is_flag=True, help="Every recipe that claims equality."),
    click.option("--set", "settings", metavar="RECIPE.KEY=VALUE", multiple=True, help="A recipe's setting."),
    click.option("--msrv", metavar="VERSION", help="The oldest Rust that the result must build with."),
    click.option("--commit-per", type=click.Choice(["run", "package", "file"]), help="[package]"),
    click.option(
        "--api", type=click.Choice(["keep", "report", "allow"]),
        help="What becomes of changes to a public API [report].",
    ),
    click.option("--sandbox", type=click.Choice(["auto", "require", "off"]), help="Cage the code [auto]."),
    click.option("--pass-env", metavar="NAME", multiple=True, help="Let a variable through to the build."),
    click.option("--strict-stable", is_flag=True, default=None, help="Never use rustc's bootstrap variable."),
    options.trust,
    click.option(
        "--report", metavar="FILE", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
        help="Write a report: .json, .md, .html or .sarif; repeatable.",
    ),
    options.as_json,
    options.quiet,
    options.verbose,
    options.color,
)  # fmt: skip


def with_run_options(*names: str) -> Callable[[Any], Any]:
    """Return a decorator that adds the run options called `names` (all, where none is named)."""

    def decorate(function: Any) -> Any:
        plain = function
        for option in reversed(RUN_OPTIONS):
            option(plain)
            added = plain.__click_params__.pop()
            if not names or added.name in names:
                plain.__click_params__.append(added)
        return function

    return decorate


@click.command("apply")
@click.argument("recipes", nargs=-1, metavar="RECIPE...")
@options.directory
@with_run_options()
def command(recipes: tuple[str, ...], directory: Path, **given: Any) -> int:
    """Rewrite the sites of RECIPE, verify by recompiling, and write a git branch.

    Your working tree, index and stash are never touched: HEAD is analysed in a scratch checkout,
    and the result is a branch with a note.
    """
    from codemods.engine.run import run  # noqa: PLC0415

    given = with_configured_reports(given, directory)
    request = make_request(recipes, directory, given)
    if given["check"] and not request.dry_run:
        raise UsageError("--check needs --dry-run", hint="`codemod apply RECIPE --dry-run --check`.")
    with progress_for(given) as listener:
        result = run(request, listener)
    code = finish(result, given, "plan" if request.dry_run else "summary")
    return ExitCode.FOUND if given["check"] and result.document.totals.applied else code


def finish(result: Result, given: Mapping[str, Any], view: Literal["plan", "summary", "review"]) -> int:
    """Print the result (JSON alone on standard output, or text), write the reports; return the exit code."""
    with _telling_of_branch(result):
        if given["as_json"]:
            from codemods.engine.serial import dump  # noqa: PLC0415

            sys.stdout.write(dump(result.document))
        elif not given["quiet"]:
            from codemods.review import terminal  # noqa: PLC0415

            views = {
                "plan": terminal.show_plan,
                "summary": terminal.show_summary,
                "review": terminal.show_review,
            }
            views[view](options.console(given["color"]), result.document, verbose=given["verbose"])
        for path in given["report"]:
            from codemods.review.writer import write_report  # noqa: PLC0415

            write_report(result.document, path)
            if not given["quiet"]:
                click.echo(f"report: {path}", err=True)
    return result.exit_code


@contextmanager
def _telling_of_branch(result: Result) -> Iterator[None]:
    """Add to whatever goes wrong in here that the branch is written all the same."""
    try:
        yield
    except BaseException as error:
        if result.document.branch is not None:
            error.add_note(f"the branch {result.document.branch} is written; see it with `codemod review`")
        raise


def progress_for(given: Mapping[str, Any]) -> AbstractContextManager[Listener]:
    """Return what shows progress on standard error."""
    if given["quiet"] or given["as_json"]:
        from codemods.engine.listener import Silent  # noqa: PLC0415

        return nullcontext(Silent())
    from codemods.review.progress import progress  # noqa: PLC0415

    return progress(options.console(given["color"], sys.stderr), verbose=given["verbose"])


def with_configured_reports(given: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Return the options with the reports of the user's own file, where the command line names none."""
    from codemods.cli.config import read_configuration  # noqa: PLC0415

    said = read_configuration(directory, options.user_configuration()).values
    return {**given, "report": given["report"] or tuple(Path(path) for path in said.get("report", ()))}


def make_request(
    recipes: tuple[str, ...], directory: Path, given: Mapping[str, Any], *, needs_recipes: bool = True
) -> Request:
    """Return the request for what the command line and the configuration say; the command line wins."""
    from codemods.cli.config import read_configuration  # noqa: PLC0415
    from codemods.engine.request import ApiPolicy, CommitPer, Request, SandboxMode  # noqa: PLC0415
    from codemods.review.writer import check_report_path  # noqa: PLC0415

    folders = options.folders()
    configuration = read_configuration(directory, options.user_configuration())
    said = configuration.values

    def value(name: str, default: Any = None) -> Any:
        """What the command line says, else a configuration file, else `default`."""
        chosen = given.get(name.replace("-", "_"))
        return chosen if chosen not in (None, ()) else said.get(name, default)

    for path in given["report"]:
        check_report_path(path)
    if needs_recipes and bool(recipes) == given["all_recipes"]:
        problem = "give recipes or --all, not both" if recipes else "no recipe given"
        raise UsageError(problem, hint="`codemod list` shows every recipe; --all takes them all.")
    return Request(
        directory=directory,
        recipes=recipes,
        folders=folders,
        environment=dict(os.environ),
        dry_run=given.get("dry_run", False),
        branch=value("branch"),
        test=bool(value("test", False)),
        run=_commands(value("run", ())),
        prove=value("prove"),
        features=_features(value("features", ())),
        all_features=bool(value("all-features", False)),
        targets=tuple(value("target", ())),
        max_configurations=int(value("max-configurations", 8)),
        include_unverified=given.get("include_unverified", False),
        timeout=float(value("timeout", 300)),
        limits=tuple(given.get("limits") or said.get("limit", ())),
        toolchain=value("toolchain"),
        only=tuple(value("only", ())),
        exclude=(*given.get("exclude", ()), *said.get("exclude", ())),
        packages=tuple(given.get("packages") or said.get("package", ())),
        settings={**said.get("set", {}), **_settings(given.get("settings", ()))},
        msrv=value("msrv"),
        commit_per=CommitPer(value("commit-per", "package")),
        api=ApiPolicy(value("api", "report")),
        sandbox=SandboxMode(value("sandbox", "auto")),
        pass_environment=tuple(value("pass-env", ())),
        strict_stable=bool(value("strict-stable", False)),
        trust_recipes=given.get("trust_recipes", False),
        configured=frozenset(said.get("set", {})),
        configuration_hash=configuration.hash,
    )


def _features(given: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(name for each in given for name in each.replace(",", " ").split())


def _commands(given: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    if given:
        from codemods.cargo.commands import parse_command  # noqa: PLC0415 - most runs do without

        for text in given:
            parse_command(text)  # what can't be run is said before anything is built
    return tuple(given)


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or "." not in name:
            raise UsageError(f"--set takes RECIPE.KEY=VALUE, not `{text}`")
        pairs[name] = value
    return pairs

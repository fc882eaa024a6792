"""The `codemod` command: finds the subcommand, runs it, and turns errors into exit codes."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import time
import traceback
from importlib import import_module

import click

from codemods import __version__
from codemods.errors import CodemodError, ExitCode

# Subcommand -> module and attribute. Modules are imported when used: `--help` must stay instant.
COMMANDS = {
    "list": ("codemods.cli.list_recipes", "Every recipe: epoch, what it upgrades."),
    "scan": ("codemods.cli.scan", "Find sites; starts no compiler."),
    "apply": ("codemods.cli.apply", "Rewrite, verify by recompiling, write a branch."),
    "review": ("codemods.cli.review", "Read a branch this tool wrote."),
    "verify": ("codemods.cli.verify", "Grade anybody's diff with the same ladder."),
    "explain": ("codemods.cli.explain", "What a recipe, a grade, a site or a reason code means."),
    "doctor": ("codemods.cli.doctor", "What of the toolchain is there, what is missing."),
    "clean": ("codemods.cli.clean", "Empty the caches."),
    "recipe": ("codemods.cli.recipe", "Write and test recipes."),
}


IMPATIENCE = 5.0  # seconds in which a second Ctrl-C changes nothing: processes take two to end

MACHINE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.EFBIG})


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called, and knows the help of all."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the subcommands in the order of the documentation."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the subcommand, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; an unknown one is answered with the nearest that exists."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from difflib import get_close_matches  # noqa: PLC0415

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"There is no command `{name}`.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="codemod")
def cli() -> None:
    """Upgrade Rust code across its idiom epochs; every change is verified by recompiling.

    \b
    codemod scan              what could be upgraded here
    codemod apply try-macro   upgrade it, on a branch of its own
    codemod review            read that branch, change by change

    Exit codes: 0 done, 1 --check found something, 2 wrong command, configuration or folder,
    3 the untouched commit does not build, 4 sites found and none applied, 70 a bug of ours,
    74 the machine failed, 130 interrupted.
    """


def main() -> None:
    """Run the command line and exit with the documented code."""
    # Trees and reports are many objects that live to the end, and hardly a cycle: look for those rarely.
    gc.set_threshold(50_000, 20, 20)
    interrupt = _Interrupt()
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    code = run(sys.argv[1:])
    # Python gives signals their default action back before it ends: one more Ctrl-C would change the code.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Return the exit code of the command line `arguments`; errors are shown on standard error."""
    try:
        result = cli.main(args=arguments, prog_name="codemod", standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except (Exception, KeyboardInterrupt) as error:  # the outermost loop
        return _report(error)


def _report(error: Exception | KeyboardInterrupt) -> int:
    """Tell a person about `error`; return the exit code."""
    match error:
        case CodemodError():
            return show(error)
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return ExitCode.USAGE
        case click.ClickException():
            error.show()
            return ExitCode.USAGE
        case KeyboardInterrupt() | click.Abort():
            click.echo("interrupted; a branch is written whole, at the very end, or not at all", err=True)
            _tell_notes(error)
            return ExitCode.INTERRUPTED
        case OSError(errno=number) if number in MACHINE_ERRORS:
            click.echo(f"error: the machine failed: {error}", err=True)
            _tell_notes(error)
            return ExitCode.MACHINE
        case _:
            traceback.print_exception(error)
            click.echo("error: this is a bug in codemod; please report it with the lines above", err=True)
            return ExitCode.BUG


def show(error: CodemodError) -> int:
    """Print what happened, where and what to try; return the exit code."""
    from codemods.review.escape import terminal  # noqa: PLC0415 - only on errors

    click.echo(f"error: {terminal(error.message)}", err=True)
    if error.where and f"--> {error.where}" not in error.message:  # rustc says it itself
        click.echo(f"  --> {terminal(error.where)}", err=True)
    if error.hint:
        click.echo(f"hint: {terminal(error.hint)}", err=True)
    _tell_notes(error)
    return error.exit_code


def _tell_notes(error: BaseException) -> None:
    """Print what was added to `error` on its way: that a branch was written before."""
    for note in getattr(error, "__notes__", ()):
        click.echo(f"note: {note}", err=True)


class _Interrupt:
    """Ends the run at a signal. An impatient second one must not stop the cleaning up after the first."""

    def __init__(self) -> None:
        self.last = -IMPATIENCE

    def __call__(self, _signal: int, _frame: object) -> None:
        now = time.monotonic()
        if now - self.last >= IMPATIENCE:
            self.last = now
            raise KeyboardInterrupt

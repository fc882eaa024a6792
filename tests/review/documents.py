"""Run documents for the tests of every report: calm, large and hostile ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from codemods.engine.document import (
    ApiRecord,
    BaselineRecord,
    BumpRecord,
    ChangeRecord,
    ConfigurationRecord,
    Evidence,
    Grade,
    OptionRecord,
    Outcome,
    QuestionRecord,
    RunDocument,
    SecondsRecord,
    SiteRecord,
    TestTotals,
    ToolRecord,
    Totals,
)

COMMIT = "5e1c0ffee5e1c0ffee5e1c0ffee5e1c0ffee5e1c"
COMPILED = Evidence("compile", "passed", "2 targets in the default configuration")
NOT_TESTED = Evidence("test", "skipped", "tests were not asked for (--test)")
RUSTC_ERROR = """\
error[E0283]: type annotations needed
  --> src/parse.rs:31:13
   |
31 |     let v: Vec<_> = it.collect()?;
   |                        ^^^^^^^ cannot infer type
   |
help: consider specifying the generic argument: `collect::<Result<_, _>>()`
"""

# Everything that must stay text: markup of each report, escapes of a terminal, bidi, hidden.
HOSTILE = (
    "<script>alert(1)</script> [click](https://evil.example/x) ![i](http://evil.example/p.png) `tick`"
    " ```fence``` [red]rich[/red] [link=https://evil.example]x[/link] \x1b[31mred\x1b]8;;https://evil.example\x07link"
    "\x1b]8;;\x07 \x9b2J \u202egnp.exe\u2066 zero\u200bwidth \U000e0041 @everyone #1 <img src=x onerror=y>"
    " </code></pre></details> | pipe {0} :smile: \x08\x7f\ud800"
)


def applied(number: int, *, path: str = "src/read.rs", grade: Grade = Grade.COMPILED) -> SiteRecord:
    """Return a site on the branch, at line `number`."""
    return SiteRecord(
        id=f"site-{path}-{number}",
        recipe="try-macro",
        path=path,
        line=number,
        column=13,
        span=(number * 30, number * 30 + 20),
        outcome=Outcome.APPLIED,
        grade=grade,
        reason=None,
        code=None,
        change=f"change-{path}-{number}",
        configurations=("default",),
        evidence=(COMPILED, NOT_TESTED),
    )


def change_of(site: SiteRecord, *, commit: str | None = COMMIT, diff: str | None = None) -> ChangeRecord:
    """Return the change that settles this one site."""
    return ChangeRecord(
        id=site.change or f"change-{site.id}",
        recipe=site.recipe,
        sites=(site.id,),
        paths=(site.path,),
        requires=(),
        origin="rule",
        form="plain",
        grade=site.grade,
        commit=commit,
        diff=diff_of(site) if diff is None else diff,
    )


def diff_of(site: SiteRecord) -> str:
    """Return a unified diff at the line of the site."""
    first = max(1, site.line - 2)
    return (
        f"--- a/{site.path}\n+++ b/{site.path}\n@@ -{first},4 +{first},4 @@\n"
        " fn load(path: &Path) -> io::Result<Vec<u8>> {\n"
        "     let mut text = Vec::new();\n"
        "-    try!(File::open(path)).read_to_end(&mut text)\n"
        "+    File::open(path)?.read_to_end(&mut text)\n"
        " }\n"
    )


def refused(number: int, *, path: str = "src/own.rs", code: str = "own-macro") -> SiteRecord:
    """Return a site that was left alone for a reason."""
    return replace(
        applied(number, path=path),
        outcome=Outcome.REFUSED,
        grade=Grade.REFUSED,
        code=code,
        reason="`try!` is a macro of this crate here, not the one of the standard library",
        change=None,
        evidence=(),
    )


def rejected(number: int, *, path: str = "src/parse.rs", reason: str = RUSTC_ERROR) -> SiteRecord:
    """Return a site whose change rustc did not accept."""
    failed = (Evidence("compile", "failed", "E0283 in the default configuration"),)
    return replace(
        applied(number, path=path),
        outcome=Outcome.REJECTED,
        grade=None,
        code="E0283",
        reason=reason,
        evidence=failed,
    )


def unverified(number: int, *, path: str = "src/windows.rs") -> SiteRecord:
    """Return a site that nothing compiles here."""
    return replace(
        applied(number, path=path),
        outcome=Outcome.UNVERIFIED,
        grade=Grade.UNVERIFIED,
        code="not-compiled",
        reason="no configuration in use compiles it: `#[cfg(windows)]`",
        evidence=(),
    )


def document(sites: Iterable[SiteRecord], changes: Iterable[ChangeRecord] | None = None) -> RunDocument:
    """Return a run over these sites; changes are made up for applied and rejected ones."""
    sites = tuple(sites)
    if changes is None:
        changes = (
            change_of(site, commit=COMMIT if site.outcome is Outcome.APPLIED else None)
            for site in sites
            if site.outcome in (Outcome.APPLIED, Outcome.REJECTED)
        )
    outcomes = [site.outcome for site in sites]
    on_branch = Outcome.APPLIED in outcomes
    return RunDocument(
        tool=ToolRecord("0.1.0", "rustc 1.95.0 (59807616e 2026-04-14)", "cargo 1.95.0"),
        base="669dd6e0123456789abcdef0123456789abcdef0",
        branch="codemod/try-macro" if on_branch else None,
        tip=COMMIT if on_branch else None,
        tree="4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        recipes=("try-macro",),
        configurations=(ConfigurationRecord("default", (), "x86_64-unknown-linux-gnu", len(sites)),),
        sites=sites,
        totals=Totals(len(sites), *(outcomes.count(outcome) for outcome in Outcome)),
        changes=tuple(changes),
        questions=(),
        settings={"test": False, "features": [], "timeout": 300.0, "branch": None},
        sandbox="bubblewrap, no network",
        baseline=BaselineRecord(0, 12, TestTotals(40, 1, 2), ("url bench parse: needs libfoo",), True),
        seconds=SecondsRecord(0.1, 2.0, 0.4, 2.6),
        compiles=3,
        notes=("2 files have uncommitted changes; they were not included: src/read.rs, Cargo.toml",),
    )


def mixed() -> RunDocument:
    """Return a run with every outcome, a question, a warning and a change of two sites."""
    first, second = applied(41), applied(44)
    both = replace(
        change_of(first), sites=(first.id, second.id), form="annotated", warnings=("warning: unused `?`\n",)
    )
    second = replace(second, change=first.change)
    others = [applied(7, path="src/lib.rs", grade=Grade.TESTED), rejected(31)]
    left = [
        refused(3),
        refused(9),
        replace(refused(12, code="kept"), reason="a comment asks to keep it"),
        unverified(5),
    ]
    changes = [both, change_of(others[0]), change_of(others[1], commit=None)]
    question = QuestionRecord(
        "q1", left[2].id, "kept", (OptionRecord("a", "callers change"), OptionRecord("b", "nothing changes"))
    )
    return replace(document([first, second, *others, *left], changes), questions=(question,))


PROVED = Evidence("prove", "passed", "the same typed tree in 2 bodies of url lib url")
DIFFERENT = Evidence(
    "prove", "failed", "different: the body read::load of url lib url", "before: VarRef x\nafter:  VarRef y"
)
NOT_COMPARABLE = Evidence("prove", "skipped", "not comparable: the dumps of this rustc have another shape")
NOT_PROVED = Evidence("prove", "skipped", "nothing was compared")
TESTED = Evidence("test", "passed", "same verdicts before and after: 40 passed, 1 failed, 2 ignored")
EXECUTED = Evidence("executed", "passed", "run by url lib url: a::works, url test unit: b and 4 more")
NOT_EXECUTED = Evidence("executed", "skipped", "no passing test runs it")


def graded() -> RunDocument:
    """Return a run whose changes have every grade and proof verdict, in two files; most are proved."""
    only_windows = "only compiled for cfg(windows); add the target x86_64-pc-windows-gnu to verify"

    def site(number: int, grade: Grade, *evidence: Evidence, path: str = "src/read.rs") -> SiteRecord:
        return replace(applied(number, path=path, grade=grade), evidence=(COMPILED, *evidence))

    unbuilt = replace(
        site(50, Grade.UNVERIFIED),
        configurations=(),
        reason=only_windows,
        evidence=(Evidence("compile", "skipped", only_windows),),
    )
    sites = [
        *(site(number, Grade.PROVED, PROVED, TESTED, NOT_EXECUTED) for number in range(100, 220, 10)),
        *(site(number, Grade.PROVED, PROVED, TESTED, EXECUTED, path="src/lib.rs") for number in (5, 15)),
        site(10, Grade.COMPILED, DIFFERENT, TESTED, NOT_EXECUTED),
        replace(
            site(20, Grade.COMPILED, NOT_COMPARABLE, TESTED, NOT_EXECUTED),
            configurations=("default", "all-features"),
        ),
        site(30, Grade.TESTED, DIFFERENT, TESTED, EXECUTED),
        site(40, Grade.TESTED, NOT_PROVED, TESTED, EXECUTED),
        unbuilt,
    ]
    host = "x86_64-unknown-linux-gnu"
    run = document(sites)
    return replace(
        run,
        configurations=(
            *run.configurations,
            ConfigurationRecord("all-features", (), host, 1, all_features=True),
            ConfigurationRecord("features:net", ("net",), host, 0, dropped="its build fails: E0432"),
        ),
    )


def large(count: int = 2000) -> RunDocument:
    """Return a run over many sites in many files, some left alone for many reasons."""
    sites = [
        applied(10 + number % 20 * 5, path=f"crates/c{number // 20}/src/lib.rs") for number in range(count)
    ]
    left = [
        replace(refused(number), reason=f"reason number {number % 40}") for number in range(1, count // 10)
    ]
    return document([*sites, *left, *(rejected(number) for number in range(1, count // 20))])


def hostile(text: str = HOSTILE) -> RunDocument:
    """Return a run in which every piece of foreign text is `text`."""
    path = f"src/{text}.rs"
    site = replace(
        applied(3, path=path),
        evidence=(Evidence("compile", "passed", text), Evidence("prove", "failed", text, text)),
        configurations=(text,),
    )
    diff = f"--- a/{path}\n+++ b/{path}\n@@ -3,1 +3,1 @@\n-{text}\n+{text}\n"
    lost = [
        replace(rejected(5, path=path), code=text, reason=f"{text}\n{text}"),
        replace(refused(6, path=path), code=text, reason=text),
        replace(unverified(7, path=path), code=text, reason=text),
    ]
    changes = [
        replace(change_of(site, diff=diff), warnings=(text,)),
        change_of(lost[0], commit=None, diff=text),
    ]
    run = document([site, *lost], changes)
    return replace(
        run,
        notes=(text,),
        sandbox=text,
        settings={"exclude": [text]},
        baseline=replace(run.baseline, dropped=(text,)) if run.baseline else None,
        configurations=(ConfigurationRecord(text, (text,), text, 1, packages=(text,), dropped=text),),
        doubts=(text,),
        questions=(QuestionRecord("q", site.id, text, (OptionRecord("o", text),)),),
        tool=replace(run.tool, rustc=text),
        api=(ApiRecord(text, text, "changed", text, text, "major"),),
        bumps=(BumpRecord(text, text, text, "major", text),),
    )

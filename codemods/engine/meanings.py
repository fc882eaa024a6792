"""What grades and checks mean, in words: what each shows, and what it can't.

`docs/verification.md` says the same at length.
"""

from __future__ import annotations

from dataclasses import dataclass

from codemods.engine.document import Grade


@dataclass(frozen=True, slots=True)
class GradeMeaning:
    """A grade: what it says was shown, what it does not say, and whether it is written to the branch."""

    word: str
    means: str
    not_said: str
    written: str


@dataclass(frozen=True, slots=True)
class CheckMeaning:
    """A check of the evidence: what it does, and what makes it fail or be skipped."""

    does: str
    otherwise: str


GRADES = {
    Grade.PROVED: GradeMeaning(
        "proved",
        "in every listed configuration that compiles it, rustc makes the same typed tree or MIR of each body"
        " that the edits touch, but for expansions that are documented to mean the same; there are the same"
        " bodies, and nothing outside of edited ones changed.",
        "It speaks of the listed configurations alone, and trusts rustc and std. Panic locations,"
        " code size, timing and stack layout may differ; documentation examples are not compared.",
        "yes",
    ),
    Grade.TESTED: GradeMeaning(
        "tested",
        "it builds in every needed configuration, the tests give the same verdicts before and after, and each"
        " edited place was run by at least one test that passes.",
        "A test that runs a place need not look at what comes of it. Nothing is said of inputs"
        " that no test tries, nor of configurations in which the tests were not run.",
        "yes",
    ),
    Grade.COMPILED: GradeMeaning(
        "compiled",
        "it builds in every needed configuration without a new error.",
        "Nothing is known of its behaviour: code that compiles may do something else. It is not proved, and"
        " no test is known to run it; the evidence says why (`--test` may raise it to B).",
        "yes",
    ),
    Grade.MODEL: GradeMeaning(
        "model",
        "a language model wrote it, or a case that came from one; it builds, and the tests keep their"
        " verdicts.",
        "No rule made the text, so a person must read it, whatever the checks say.",
        "yes, marked, one commit each",
    ),
    Grade.UNVERIFIED: GradeMeaning(
        "unverified",
        "no configuration that could be built here compiles every edited line.",
        "It may not even compile. The reason says what would compile it: a feature, a target, a flag.",
        "only with --include-unverified, in a commit of its own",
    ),
    Grade.REFUSED: GradeMeaning(
        "refused",
        "the place was left alone on purpose: it means something else, a comment says so, or a person must"
        " decide.",
        "It is no verdict on the code.",
        "no",
    ),
}
CHECKS = {
    "compile": CheckMeaning(
        "`cargo check` of the workspace with all changes, in each listed configuration, against the untouched"
        " commit; the detail names the targets in which rustc reached the place.",
        "It fails where rustc reports an error that was not there before. It is skipped where no build"
        " reaches the place.",
    ),
    "expand": CheckMeaning(
        "rustc expands the crate before and after, where a macro is given the changed text: apart from the"
        " documented idiom the results must be the same.",
        "Where they differ the change is rejected, with the first difference as the reason.",
    ),
    "prove": CheckMeaning(
        "rustc dumps what it made of every body before and after, as a typed tree or MIR; the dumps are"
        " compared strictly, with the recipe's documented expansions folded to one form.",
        "`different` names the first difference, with an excerpt: look at it. `not comparable` means that"
        " nothing can be said: an edit outside of bodies, an unknown shape of the dumps, ambiguous names.",
    ),
    "test": CheckMeaning(
        "with --test: the same tests before and after, by name, must give the same verdicts. Tests that waver"
        " without the change are named and not counted; those that failed before are not blamed on it.",
        "A change that breaks a test is left out. It is skipped where tests were not asked for, or the"
        " untouched ones do not run.",
    ),
    "executed": CheckMeaning(
        "with --test: which passing tests ran the edited place, measured by a probe in a copy.",
        "It is skipped where no passing test runs it, or where it can't be measured; then the grade is C at"
        " best, unless the change is proved.",
    ),
    "run": CheckMeaning(
        "each command of --run runs on the untouched and on the changed tree, in the cage: standard output,"
        " standard error and exit code must be the same, but for lines that waver without the change.",
        "A change that alters the output is left out. It is skipped where the command does not come to its"
        " end on the untouched tree.",
    ),
    "api": CheckMeaning(
        "rustdoc describes each library that may be published, before and after: its items with their types,"
        " and the traits that they implement. Only changes that may reach a public item have this check.",
        "It fails where other crates see something else; the difference is listed with the version that it"
        " asks for, and with --api keep the change is left out.",
    ),
    "error-texts": CheckMeaning(
        "with --test: what the errors say that functions return while tests run, and values of the error"
        " types that can be built without knowing the crate: each text, and that of each link of its chain.",
        "It fails where a text or a chain is another one. Another `{:?}`, and links behind the end of the old"
        " chain, are by design and are named once. It is skipped where no error arises.",
    ),
    "compose": CheckMeaning(
        "changes are made together, each in text that no other one edits.",
        "It fails where two of them edit the same text: the second is left out.",
    ),
}
WORDS = {meaning.word: grade for grade, meaning in GRADES.items()}

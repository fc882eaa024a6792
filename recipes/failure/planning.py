"""What to do about all sites of a component: one change, or the reasons why not and what moves alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.recipe import (
    Ambiguous,
    Change,
    EditConflict,
    Facts,
    Form,
    Keeps,
    Needs,
    NotASite,
    Option,
    Packages,
    Proposal,
    Retires,
    Settings,
    Site,
    Skipped,
)

from .contexts import hidden_by
from .decisions import kept_sentence, sentence
from .finding import PACKAGES
from .member_plans import (
    Blocker,
    MemberPlan,
    blocker,
    dependencies_of,
    kept_by_setting,
    member_plan,
    type_changes,
)
from .members import Member, components, members_of
from .methods import TYPE_NAME_CODE
from .rewrites import Left, Need, Rewrite, Stranger

BY_DESIGN = (
    "`{:?}` of an error (also from `unwrap`, or from `main`) now begins with the message and lists the"
    " causes, the outermost first; failure printed the type, the innermost first. Backtraces are std's, and"
    " `RUST_FAILURE_BACKTRACE` has no effect any more."
)
ELSEWHERE = (
    "An error that becomes a `Box<dyn Error>` shows its causes by `source()`, which failure hid; and where a"
    " generic function or another type prints an error by `{:#}`, that prints the causes too."
)


def plan(sites: Sequence[Site], facts: Facts, settings: Settings, packages: Packages) -> Iterator[Proposal]:
    """Yield what to do about each of the sites of a workspace."""
    for component in components(members_of(sites, packages), packages):
        yield from Component(component, facts, settings, packages).proposals()


class Component:
    """Packages that move together."""

    def __init__(
        self, members: Sequence[Member], facts: Facts, settings: Settings, packages: Packages
    ) -> None:
        hidden = hidden_by([site for member in members for site in member.sites], facts)
        self.plans = [member_plan(member, facts, settings, packages, hidden) for member in members]
        self.packages = packages

    def proposals(self) -> Iterator[Proposal]:
        """Yield what to do about each site."""
        strangers = tuple(site.id for site in self._strangers())
        if strangers:
            yield NotASite(strangers)
        left = [each for plan in self.plans for each in plan.blockers]
        left += [each for plan in self.plans for each in kept_by_setting(plan)]
        if not left and not any(True for _ in self._open_sites()):
            return
        try:
            forms = () if left else self._forms()
        except EditConflict as conflict:
            left = [blocker(next(self._open_sites()), Left("overlap", str(conflict)))]
            forms = ()
        if forms:
            sites = tuple(site.id for site in self._open_sites())
            yield Change(sites, forms, notes=tuple(self._notes()))
        else:
            yield from self._refused(left)

    def _strangers(self) -> Iterator[Site]:
        for plan in self.plans:
            for found in plan.judged.values():
                yield from (each.site for each in found if isinstance(each.outcome, Stranger))

    def _open_sites(self) -> Iterator[Site]:
        strangers = {site.id for site in self._strangers()}
        for plan in self.plans:
            yield from (site for site in plan.member.sites if site.id not in strangers)

    def _forms(self) -> tuple[Form, ...]:
        edited = tuple(each for plan in self.plans for each in plan.edited)
        whole = Form(edited, "all", dependencies=tuple(self._dependencies()))
        if not edited:
            return (whole,)
        alone = [each for plan in self.plans for each in type_changes(plan)]
        if not alone:
            return (whole,)
        settled = {id for each in alone for id in each.sites}
        rest = frozenset(site.id for site in self._open_sites() if site.id not in settled)
        if not rest:
            return (whole,)
        files = tuple(file for each in alone for file in each.forms[0].files)
        needs = tuple(dict.fromkeys(need for each in alone for need in each.forms[0].dependencies))
        return (whole, Form(files, "types", dependencies=needs, leaves=rest))

    def _dependencies(self) -> Iterator[Needs | Retires | Keeps]:
        for plan in self.plans:
            if plan.member.package is None:
                continue
            yield from dependencies_of(plan)
            manifest = plan.member.package.manifest
            for package in PACKAGES:
                if not plan.member.package.depends_on(package):
                    continue
                if plan.taken_apart and package == PACKAGES[0]:
                    crates = ", ".join(f"`{crate}`" for crate in sorted(plan.taken_apart))
                    yield Keeps(manifest, package, f"errors of {crates} are taken apart, which speak it")
                else:
                    yield Retires(manifest, package)

    def _notes(self) -> Iterator[str]:
        for plan in self.plans:
            yield sentence(
                plan.member, plan.decision, anyhow=_uses_anyhow(plan), types=Need.THISERROR in plan.needs
            )
        if any(Need.ANYHOW in plan.needs for plan in self.plans):
            yield BY_DESIGN
        for plan in self.plans:
            if plan.taken_apart:
                yield kept_sentence(plan.member, plan.taken_apart)
            yield ELSEWHERE
        yield from dict.fromkeys(
            note
            for plan in self.plans
            for found in plan.judged.values()
            for each in found
            if isinstance(each.outcome, Rewrite)
            for note in each.outcome.notes
        )

    def _refused(self, left: Sequence[Blocker]) -> Iterator[Proposal]:
        """Yield the reasons of the sites that stand in the way, the types that move alone, and the rest."""
        reasons = {each.site.id: each.left for each in left if each.site is not None}
        yield from (_proposal(site_id, reason) for site_id, reason in reasons.items())
        alone = [each for plan in self.plans for each in type_changes(plan)]
        if any(each.left.code == TYPE_NAME_CODE for each in left):
            alone = []  # a std error has no name that failure could give
        changes = [each for each in alone if reasons.keys().isdisjoint(each.sites)]
        yield from changes
        settled = {id for each in changes for id in each.sites} | reasons.keys()
        rest = tuple(site.id for site in self._open_sites() if site.id not in settled)
        if rest:
            others = f" (nor can {len(left) - 1} more)" if len(left) > 1 else ""
            reason = f"all of it moves together, and {left[0]} cannot{others}: {left[0].left.reason}"
            yield Skipped("waits-for", reason, rest)


def _uses_anyhow(plan: MemberPlan) -> bool | None:
    """Whether the code of the package needs anyhow; None where only its tests do."""
    kinds = [each.kinds for each in dependencies_of(plan) if each.package == "anyhow"]
    return None if kinds == [("dev",)] else Need.ANYHOW in plan.needs


def _proposal(site_id: str, left: Left) -> Proposal:
    if left.options:
        options = tuple(Option(id, effect) for id, effect in left.options)
        return Ambiguous(left.code, left.reason, options, (site_id,))
    return Skipped(left.code, left.reason, (site_id,))

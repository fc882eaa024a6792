"""One package as it is planned: what becomes of its sites, its imports, its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from codemods.recipe import (
    Change,
    Edit,
    EditConflict,
    Edited,
    Facts,
    Form,
    MentionKind,
    Needs,
    Packages,
    Settings,
    Site,
    Source,
)

from .boundary_functions import Home, homes_of, written_edits
from .contexts import Hidden
from .crate_needs import crate_needs, dependencies
from .decisions import Decision, decide
from .dependencies import left_by_manifest
from .edits import combined
from .file_outcomes import Judged, judge
from .import_plan import ImportPlan, plan_imports, plan_type_imports
from .kind_uses import kinds_of, own_types
from .members import File, Member
from .rewrites import Left, Need, Rewrite


@dataclass(frozen=True, slots=True)
class Blocker:
    """A place that cannot move, and why; `site` is None where it is settled elsewhere: somebody keeps it."""

    source: Source
    at: int
    left: Left
    site: Site | None = None

    def __str__(self) -> str:
        return f"{self.source.path}:{self.source.position(self.at).line}"


@dataclass(frozen=True)
class MemberPlan:
    """One package: what becomes of its sites, and of the imports of its files where all of them move."""

    member: Member
    decision: Decision
    judged: Mapping[File, tuple[Judged, ...]]
    blocked: tuple[tuple[Site, Left], ...]  # sites of the manifest that stand in the way
    homes: Mapping[File, Home] = field(default_factory=dict)

    @cached_property
    def imports(self) -> Mapping[File, ImportPlan]:
        """What becomes of the imports of each file."""
        return {
            file: plan_imports(
                file, found, self.decision, crate_needs(self.member.package, file, self.judged)
            )
            for file, found in self.judged.items()
        }

    @cached_property
    def needs(self) -> frozenset[Need]:
        """What its code needs afterwards."""
        own = [
            each.outcome.needs
            for found in self.judged.values()
            for each in found
            if isinstance(each.outcome, Rewrite)
        ]
        return frozenset().union(*own, *(plan.needs for plan in self.imports.values()))

    @property
    def blockers(self) -> Iterator[Blocker]:
        """What stands in the way."""
        yield from (blocker(site, left) for site, left in self.blocked)
        for file, found in self.judged.items():
            for each in found:
                left = each.outcome if isinstance(each.outcome, Left) else None
                left = left or self.imports[file].left.get(each.site.id)
                if left is not None:
                    yield blocker(each.site, left)
            yield from _kept(file)

    @property
    def taken_apart(self) -> tuple[str, ...]:
        """The crates whose errors of failure the package takes apart."""
        found = [self._taken_apart(each) for judged in self.judged.values() for each in judged]
        return tuple(sorted(frozenset().union(*found)))

    @property
    def edited(self) -> Iterator[Edited]:
        """The files with all of their edits."""
        functions = self._functions()
        for file, found in self.judged.items():
            edits = [
                edit for each in found if isinstance(each.outcome, Rewrite) for edit in each.outcome.edits
            ]
            merged = combined([*edits, *self.imports[file].edits, *functions.get(file, ())])
            if merged:
                yield Edited(file.path, merged)

    def _functions(self) -> Mapping[File, list[Edit]]:
        """Return what takes errors of dependencies apart, by the file that holds it."""
        uses: dict[File, list[tuple[File, Site]]] = {}
        for file, judged in self.judged.items():
            for each in judged:
                for home in self.homes[file].files if self._taken_apart(each) else ():
                    uses.setdefault(home, []).append((file, each.site))
        return {
            file: written_edits(file, self.homes[file].name, found, self.imports[file].edits)
            for file, found in uses.items()
        }

    @staticmethod
    def _taken_apart(each: Judged) -> frozenset[str]:
        return each.outcome.taken_apart if isinstance(each.outcome, Rewrite) else frozenset()


def type_changes(plan: MemberPlan) -> Iterator[Change]:
    """Yield a change for the own types of each file that failure still accepts as they will be."""
    for file, found in plan.judged.items():
        alone = [each for each in found if each.own_type is not None and each.own_type.moves_alone]
        alone = [each for each in alone if not _has_cause(each)]
        if not alone:
            continue
        moving = frozenset(each.site.span for each in alone)
        imports = plan_type_imports(file, found, moving)
        edits = [edit for each in alone if isinstance(each.outcome, Rewrite) for edit in each.outcome.edits]
        try:
            files = (Edited(file.path, combined([*edits, *imports.edits])),)
        except EditConflict:
            continue
        sites = (*(each.site.id for each in alone), *sorted(imports.settled))
        package = plan.member.package
        needs = () if package is None else tuple(dependencies(package, Need.THISERROR, {file: alone}))
        note = (
            f"Package {plan.member.name}: these types are std errors, which failure accepts where it asks for"
            " `Fail`; the rest stays with failure."
        )
        yield Change(sites, (Form(files, "types", dependencies=needs),), notes=(note,))


def _has_cause(each: Judged) -> bool:
    """Whether failure would no longer see the type's cause: it knows nothing of `source`."""
    own_type = each.own_type
    assert own_type is not None, "asked of types only"
    return any("source" in edit.text for edit in own_type.edits)


def dependencies_of(plan: MemberPlan) -> Iterator[Needs]:
    """Yield what the package's code needs of its manifest."""
    for need in (Need.ANYHOW, Need.THISERROR):
        if plan.member.package is not None and need in plan.needs:
            yield from dependencies(plan.member.package, need, plan.judged)


def member_plan(
    member: Member, facts: Facts, settings: Settings, packages: Packages, hidden: Hidden
) -> MemberPlan:
    """Return the plan of one package. `hidden` is what contexts hide from downcasts."""
    decision = decide(member, settings, packages, hidden)
    kinds = kinds_of(member, facts)
    homes = homes_of(member)
    judged = {
        file: judge(file, facts, _at_home(decision, homes[file]), kinds, own_types(file, kinds))
        for file in member.files
    }
    return MemberPlan(member, decision, judged, tuple(left_by_manifest(member)), homes)


def _at_home(decision: Decision, home: Home) -> Decision:
    return replace(decision, boundary=replace(decision.boundary, function=home.path))


def blocker(site: Site, left: Left) -> Blocker:
    """Return that the site stands in the way."""
    return Blocker(site.source, site.span.start, left, site)


def _kept(file: File) -> Iterator[Blocker]:
    """Yield the mentions that are no open sites: somebody keeps them, or they are not understood."""
    open_sites = {site.span for site in file.sites}
    for span, mention in file.mentions.items():
        if span not in open_sites and mention.kind is not MentionKind.DOC_LINK:
            yield Blocker(file.source, span.start, Left("kept", "it is to stay, or is not understood"))


def kept_by_setting(plan: MemberPlan) -> Iterator[Blocker]:
    """Yield the first place that speaks of `failure::Error`, where the setting says that it stays."""
    if plan.decision.moves_opaque:
        return
    for found in plan.judged.values():
        for each in found:
            if isinstance(each.outcome, Rewrite) and Need.ANYHOW in each.outcome.needs:
                reason = "the setting `failure.library=keep` moves own types only"
                yield blocker(each.site, Left("library", reason))
                return

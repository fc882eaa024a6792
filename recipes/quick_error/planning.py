"""What to do about the sites of one package: its declarations first, then what brought quick-error in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from pathlib import PurePosixPath

from codemods.recipe import (
    Change,
    Edit,
    Edited,
    Form,
    Needs,
    Proposal,
    Retires,
    Settings,
    Site,
    Skipped,
)

from .._errors.releases import Release as ThisError
from .._errors.releases import needs, thiserror_for
from .contexts import context_edits, context_items
from .crates import THISERROR, added_crate, import_edits, replaced_crate
from .designs import Design, Policy
from .finding import PACKAGE
from .invocations import Invocation
from .notes import notes_of
from .survey import Survey, kind_of


class Plan:
    """What to do about the sites of a package."""

    def __init__(self, survey: Survey, settings: Settings) -> None:
        self.survey = survey
        self.package = survey.package
        self.settings = settings

    def proposals(self) -> Iterator[Proposal]:
        """Yield what to do about each of the sites."""
        blockers = self.survey.blockers
        yield from blockers
        if not blockers and self._moves_together:
            yield self._change(self.survey.invocations, self._all_others(), closes=True)
            return
        changes = list(self._declarations())
        yield from changes
        if blockers:
            yield from self._waiting(changes)
        else:
            yield self._closing(changes)

    @property
    def _needs_crate(self) -> bool:
        """Whether declarations need an `extern crate` that stands for quick-error's."""
        return self.package is not None and self.package.edition == "2015"

    @property
    def _moves_together(self) -> bool:
        """Whether one change has to settle the whole package."""
        return self._needs_crate or self.survey.contexts is not None

    def _all_others(self) -> list[Site]:
        invocations = {each.site.id for each in self.survey.invocations}
        return [site for site in self.survey.sites if site.id not in invocations]

    # Declarations

    def _declarations(self) -> Iterator[Change]:
        """Yield a change for each declaration; the imports of a file belong to its declarations."""
        if self._moves_together:
            if self.survey.invocations:
                yield self._change(self.survey.invocations, [])
            return
        for path, found in groupby(self.survey.invocations, lambda each: each.site.source.path):
            here = list(found)
            uses = [site for site in self.survey.uses if site.source.path == path]
            if not uses or self._is_left(path):
                yield from (self._change([each], []) for each in here)
            else:
                yield self._change(here, uses)

    def _is_left(self, path: PurePosixPath) -> bool:
        """Whether something of the file keeps using its imports."""
        left = {site_id for each in self.survey.blockers for site_id in each.sites}
        return any(site.id in left and site.source.path == path for site in self.survey.sites)

    # The end

    def _closing(self, changes: Sequence[Change]) -> Change:
        """Return the change that takes quick-error away, behind those that made it needless."""
        done = {site_id for change in changes for site_id in change.sites}
        rest = [site for site in self._all_others() if site.id not in done]
        closing = self._change([], rest, closes=True)
        return replace(closing, requires=frozenset(change.id for change in changes))

    def _waiting(self, changes: Sequence[Change]) -> Iterator[Skipped]:
        """Yield why quick-error stays."""
        settled: list[Change | Skipped] = [*changes, *self.survey.blockers]
        done = {site_id for each in settled for site_id in each.sites}
        first = self.survey.blockers[0]
        where = next(site for site in self.survey.sites if site.id in first.sites)
        place = f"{where.source.path}:{where.position.line}"
        reason = f"quick-error is still used: {place}: {first.reason}"
        for site in self._all_others():
            if site.id not in done:
                yield Skipped("still-used", reason, (site.id,))

    # One change

    def _change(
        self, invocations: Sequence[Invocation], others: Sequence[Site], closes: bool = False
    ) -> Change:
        """Return the change that settles declarations, imports, and (with `closes`) the dependency."""
        sites = tuple(each.site.id for each in invocations) + tuple(site.id for site in others)
        forms: list[Form] = []
        notes: tuple[str, ...] = ()
        for name, policy in self._policies():
            designs = [each.design(self.survey.release, policy) for each in invocations]
            form = self._form(name, invocations, designs, others, closes)
            if form.files not in [each.files for each in forms]:
                forms.append(form)
            notes = notes or notes_of(designs, policy, self.survey)
        return Change(sites, tuple(forms), notes=notes)

    def _policies(self) -> Iterator[tuple[str, Policy]]:
        """Yield the ways to write a declaration, in order of preference."""
        keeps_description = self.settings["description"] == "keep" or self._prints_descriptions
        plain = Policy(keeps_description=keeps_description, may_say_from=not self._needs_crate)
        if self._thiserror is not None or self.package is None:
            if self.settings["from"] == "source":
                yield "with sources", replace(plain, adds_sources=True)
            yield "derived", plain
        yield "written", replace(plain, may_derive=False)

    @cached_property
    def _prints_descriptions(self) -> bool:
        """Whether a message is the `description()` of something, which may be one of the package's errors."""
        release = self.survey.release
        return any(
            ".description" in argument
            for each in self.survey.invocations
            for part in each.design(release, Policy()).parts
            for argument in part.message.arguments
        )

    def _form(
        self,
        name: str,
        invocations: Sequence[Invocation],
        designs: Sequence[Design],
        others: Sequence[Site],
        closes: bool,
    ) -> Form:
        edits: dict[PurePosixPath, list[Edit]] = {}
        for invocation, design in zip(invocations, designs, strict=True):
            more = list(context_items(invocation, self.survey.contexts)) if self.survey.contexts else []
            edits.setdefault(invocation.site.source.path, []).append(invocation.edit(design, more))
        derives = any(design.derives for design in designs)
        for path, found in self._other_edits(others, derives, closes):
            edits.setdefault(path, []).extend(found)
        files = (Edited(path, tuple(sorted(found, key=_place))) for path, found in edits.items() if found)
        return Form(tuple(files), name, dependencies=self._dependencies(derives, closes))

    def _other_edits(
        self, others: Sequence[Site], derives: bool, closes: bool
    ) -> Iterator[tuple[PurePosixPath, list[Edit]]]:
        named = [site for site in others if kind_of(site) in ("use", "path")]
        for path, found in groupby(sorted(named, key=_file), _file):
            here, contexts = list(found), self.survey.contexts
            yield path, context_edits(contexts, here) if contexts else import_edits(here)
        for site in self.survey.crates:
            if self._needs_crate and derives and not closes:
                yield site.source.path, added_crate(site)
            elif site in others:
                yield site.source.path, replaced_crate(site, by_thiserror=self._needs_crate and derives)

    def _dependencies(self, derives: bool, closes: bool) -> tuple[Needs | Retires, ...]:
        if self.package is None:
            return ()
        needed = (needs(self.package, self._thiserror, PACKAGE),) if derives and self._thiserror else ()
        return (*needed, Retires(self.package.manifest, PACKAGE)) if closes else needed

    @cached_property
    def _thiserror(self) -> ThisError | None:
        """Return the releases of thiserror that the package can use; None for none, or under another name."""
        if self.package is None:
            return None
        renamed = [each for each in self.package.depends_on(THISERROR) if each.crate != THISERROR]
        return None if renamed else thiserror_for(self.package.rust_version)


def with_shared_entries(proposals: Sequence[Proposal], shared: tuple[str, ...]) -> list[Proposal]:
    """Return the proposals with one for `shared`: entries of a manifest that is no package's.

    Members inherit them; so they go with the last member's entry, or stay.
    """
    closing = [each for each in proposals if isinstance(each, Change) and _retires(each)]
    rest = [each for each in proposals if each not in closing]
    stays = any(isinstance(each, Skipped) for each in rest)
    if stays or not closing:
        reason = "members of the workspace still use it" if stays else "no member is known to use it"
        return [*proposals, Skipped("still-used", reason, shared)]
    *others, last = closing
    required = last.requires | {each.id for each in others}
    return [*rest, *others, replace(last, sites=last.sites + shared, requires=required)]


def _retires(change: Change) -> bool:
    return any(isinstance(each, Retires) for each in change.forms[0].dependencies)


def _file(site: Site) -> PurePosixPath:
    return site.source.path


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.start, edit.span.end

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
    Package,
    Proposal,
    Retires,
    Settings,
    Site,
    Skipped,
    TreeKind,
)

from .._errors.releases import Release as ThisError
from .._errors.releases import needs, thiserror_for
from .crates import THISERROR, added_crate, import_edits, replaced_crate
from .designs import Design, Policy, Release
from .finding import CONTEXT_CALL, KIND, PACKAGE, stands_in
from .invocations import Invocation, invocation_of
from .notes import notes_of
from .releases import release_of, versions_of

_SINCE_SILENT = Release(describes=False)


class Plan:
    """What to do about `sites`, which are those of one package (None: nobody knows whose they are)."""

    def __init__(self, package: Package | None, sites: Sequence[Site], settings: Settings) -> None:
        self.package = package
        self.settings = settings
        self.release = release_of(package)
        self.by_kind: dict[str, list[Site]] = {}
        for site in sites:
            self.by_kind.setdefault(_kind(site), []).append(site)

    def proposals(self) -> Iterator[Proposal]:
        """Yield what to do about each of the sites."""
        yield from self.blockers
        if self.blockers:
            changes = list(self._one_by_one())
            yield from changes
            yield from self._waiting(changes)
        elif self._moves_together:
            yield self._change(self.invocations, self._uses + self._roots, closes=True)
        else:
            changes = list(self._one_by_one())
            yield from changes
            yield self._closing(changes)

    # What stands where

    @cached_property
    def invocations(self) -> list[Invocation]:
        """The declarations that can be replaced."""
        return [each for each in self._read if isinstance(each, Invocation)]

    @cached_property
    def blockers(self) -> list[Skipped]:
        """What keeps quick-error in the package."""
        left = [each for each in self._read if isinstance(each, Skipped)]
        for site in self._uses + self._sites("extern-crate"):
            if stands_in(site.tree, TreeKind.DOC_EXAMPLE):
                left.append(Skipped("example", "it stands in a documentation example", (site.id,)))
        for site in self._sites("reexport"):
            left.append(Skipped("reexport", "other crates may take it from here", (site.id,)))
        return left + [self._other(site) for site in self._others]

    @cached_property
    def _read(self) -> list[Invocation | Skipped]:
        return [self._judged(site) for site in self._sites("macro")]

    def _judged(self, site: Site) -> Invocation | Skipped:
        read = invocation_of(site)
        if isinstance(read, Skipped):
            return read
        variants, name = read.declaration.variants, read.declaration.enum
        if any(each.clause("context") for each in variants):
            reason = f"`{name}` is made from a context, which thiserror does not know"
            return Skipped("context", reason, (site.id,))
        is_silent = any(each.clause("display") is None or each.clause("description") for each in variants)
        if self.release is None and is_silent:
            reason = (
                f"what `{name}` prints depends on whether quick-error is later than 1.2.2, and the package is"
                f" built with {versions_of(self.package)}"
            )
            return Skipped("unknown-version", reason, (site.id,))
        return read

    @property
    def _uses(self) -> list[Site]:
        return self._sites("use")

    @property
    def _roots(self) -> list[Site]:
        """What brings quick-error in for all files: `extern crate`, manifests."""
        return self._sites("extern-crate") + self._sites("manifest")

    @property
    def _others(self) -> list[Site]:
        known = ("macro", "use", "extern-crate", "manifest", "reexport")
        return [site for kind, sites in self.by_kind.items() if kind not in known for site in sites]

    def _sites(self, kind: str) -> list[Site]:
        return self.by_kind.get(kind, [])

    def _other(self, site: Site) -> Skipped:
        if _kind(site) == CONTEXT_CALL:
            return Skipped("context", "thiserror has no such method", (site.id,))
        return Skipped("path", "an item of quick-error is named here for which there is no other", (site.id,))

    @property
    def _moves_together(self) -> bool:
        """Whether declarations need an `extern crate` that stands for quick-error's."""
        return self.package is not None and self.package.edition == "2015"

    # Changes

    def _one_by_one(self) -> Iterator[Change]:
        """Yield a change for each declaration; the imports of a file belong to its declarations."""
        if self._moves_together:
            if self.invocations:
                yield self._change(self.invocations, [])
            return
        for path, found in groupby(self.invocations, lambda each: each.site.source.path):
            here = list(found)
            uses = [site for site in self._uses if site.source.path == path]
            if not uses or self._is_left(path):
                yield from (self._change([each], []) for each in here)
            else:
                yield self._change(here, uses)

    def _is_left(self, path: PurePosixPath) -> bool:
        """Whether something of the file keeps using its imports."""
        left = {site_id for each in self.blockers for site_id in each.sites}
        return any(
            site.id in left and site.source.path == path for sites in self.by_kind.values() for site in sites
        )

    def _change(
        self, invocations: Sequence[Invocation], others: Sequence[Site], closes: bool = False
    ) -> Change:
        """Return the change that settles declarations, imports, and (with `closes`) the dependency."""
        sites = tuple(each.site.id for each in invocations) + tuple(site.id for site in others)
        forms: list[Form] = []
        notes: tuple[str, ...] = ()
        for name, policy in self._policies():
            designs = [each.design(self.release or _SINCE_SILENT, policy) for each in invocations]
            form = self._form(name, invocations, designs, others, closes)
            if form.files not in [each.files for each in forms]:
                forms.append(form)
            notes = notes or notes_of(designs, policy, self.release, versions_of(self.package))
        return Change(sites, tuple(forms), notes=notes)

    def _policies(self) -> Iterator[tuple[str, Policy]]:
        """Yield the ways to write a declaration, in order of preference."""
        keeps = self.settings["description"] == "keep"
        plain = Policy(keeps_description=keeps)
        if self._thiserror is not None or self.package is None:
            if self.settings["from"] == "source":
                yield "with sources", replace(plain, adds_sources=True)
            yield "derived", plain
        yield "written", replace(plain, may_derive=False)

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
            edits.setdefault(invocation.site.source.path, []).append(invocation.edit(design))
        derives = any(design.derives for design in designs)
        for path, more in self._import_edits(others, derives, closes):
            edits.setdefault(path, []).extend(more)
        files = tuple(
            Edited(path, tuple(sorted(found, key=_place))) for path, found in edits.items() if found
        )
        return Form(files, name, dependencies=self._dependencies(derives, closes))

    def _import_edits(
        self, others: Sequence[Site], derives: bool, closes: bool
    ) -> Iterator[tuple[PurePosixPath, list[Edit]]]:
        uses = [site for site in others if _kind(site) == "use"]
        for path, found in groupby(uses, lambda site: site.source.path):
            yield path, import_edits(list(found))
        for site in self._sites("extern-crate"):
            if self._moves_together and derives and not closes:
                yield site.source.path, added_crate(site)
            elif site in others:
                yield site.source.path, replaced_crate(site, by_thiserror=self._moves_together and derives)

    def _dependencies(self, derives: bool, closes: bool) -> tuple[Needs | Retires, ...]:
        if self.package is None:
            return ()
        needed = (needs(self.package, self._thiserror, PACKAGE),) if derives and self._thiserror else ()
        return (*needed, Retires(self.package.manifest, PACKAGE)) if closes else needed

    @cached_property
    def _thiserror(self) -> ThisError | None:
        if self.package is None:
            return None
        renamed = [each for each in self.package.depends_on(THISERROR) if each.crate != THISERROR]
        return None if renamed else thiserror_for(self.package.rust_version)

    # The end

    def _closing(self, changes: Sequence[Change]) -> Change:
        """Return the change that takes quick-error away, behind those that made it needless."""
        done = {site_id for change in changes for site_id in change.sites}
        rest = [site for site in self._uses + self._roots if site.id not in done]
        closing = self._change([], rest, closes=True)
        return replace(closing, requires=frozenset(change.id for change in changes))

    def _waiting(self, changes: Sequence[Change]) -> Iterator[Skipped]:
        """Yield why quick-error stays."""
        settled: list[Change | Skipped] = [*changes, *self.blockers]
        done = {site_id for each in settled for site_id in each.sites}
        first = self.blockers[0]
        by_id = {site.id: site for sites in self.by_kind.values() for site in sites}
        site = by_id[first.sites[0]]
        reason = f"quick-error is still used: {site.source.path}:{site.position.line}: {first.reason}"
        for site in self._uses + self._roots:
            if site.id not in done:
                yield Skipped("still-used", reason, (site.id,))


def _kind(site: Site) -> str:
    return "manifest" if site.source.is_manifest else site[KIND].text


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.start, edit.span.end

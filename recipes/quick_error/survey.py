"""What stands where in one package: declarations that can be replaced, and what keeps quick-error."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from codemods.recipe import Package, Site, Skipped, TreeKind

from .contexts import ContextError, Contexts, contexts_of, has_context, uses_contexts
from .designs import Release
from .finding import KIND, stands_in
from .invocations import Invocation, invocation_of
from .releases import is_known, release_of, versions_of

_MACRO, _USE, _CRATE, _REEXPORT, _MANIFEST = "macro", "use", "extern-crate", "reexport", "manifest"


class Survey:
    """The sites of one package (None: nobody knows whose they are), judged one by one."""

    def __init__(self, package: Package | None, sites: Sequence[Site]) -> None:
        self.package = package
        self.sites = sites
        self.known_release = release_of(package)

    @property
    def release(self) -> Release:
        """What the package's quick-error does; where that is not known, nothing depends on it."""
        return self.known_release or Release(describes=False)

    @property
    def versions(self) -> str:
        """The versions of quick-error that the package is built with."""
        return versions_of(self.package)

    @cached_property
    def invocations(self) -> list[Invocation]:
        """The declarations that can be replaced."""
        return [each for each in self._readable if not (self._left_contexts and has_context(each))]

    @cached_property
    def contexts(self) -> Contexts | None:
        """Where the package's own contexts are defined; None where it has none."""
        return None if self._obstacles else self._found_contexts

    @property
    def uses(self) -> list[Site]:
        """The private imports."""
        return self._of(_USE)

    @property
    def crates(self) -> list[Site]:
        """The `extern crate` declarations."""
        return self._of(_CRATE)

    @property
    def roots(self) -> list[Site]:
        """What brings quick-error in for all files: `extern crate`, manifests."""
        return self.crates + self._of(_MANIFEST)

    @cached_property
    def context_sites(self) -> list[Site]:
        """Imports, paths and calls that are about contexts."""
        return [site for site in self.sites if uses_contexts(site)]

    @cached_property
    def blockers(self) -> list[Skipped]:
        """What keeps quick-error in the package."""
        return self._obstacles + self._left_contexts

    def kind(self, site: Site) -> str:
        """Return how the site names quick-error."""
        return kind_of(site)

    def _of(self, kind: str) -> list[Site]:
        return [site for site in self.sites if kind_of(site) == kind]

    # Judgement

    @cached_property
    def _readable(self) -> list[Invocation]:
        return [each for each in self._read if isinstance(each, Invocation)]

    @cached_property
    def _read(self) -> list[Invocation | Skipped]:
        return [self._judged(site) for site in self._of(_MACRO)]

    def _judged(self, site: Site) -> Invocation | Skipped:
        if not is_known(self.package):
            reason = f"what the macro of this quick-error ({self.versions}) makes is not known"
            return Skipped("other-release", reason, (site.id,))
        read = invocation_of(site)
        if isinstance(read, Skipped) or self.known_release is not None:
            return read
        name = read.declaration.enum
        if all(
            each.clause("display") and not each.clause("description") for each in read.declaration.variants
        ):
            return read
        reason = (
            f"what `{name}` prints depends on whether quick-error is later than 1.2.2, and the package is"
            f" built with {self.versions}"
        )
        return Skipped("unknown-version", reason, (site.id,))

    @cached_property
    def _obstacles(self) -> list[Skipped]:
        """What keeps quick-error, contexts aside."""
        left = [each for each in self._read if isinstance(each, Skipped)]
        for site in self.uses + self.crates:
            if stands_in(site.tree, TreeKind.DOC_EXAMPLE):
                left.append(Skipped("example", "it stands in a documentation example", (site.id,)))
        for site in self._of(_REEXPORT):
            left.append(Skipped("reexport", "others may take it from here", (site.id,)))
        known = (_MACRO, _USE, _CRATE, _REEXPORT, _MANIFEST)
        for site in self.sites:
            if kind_of(site) not in known and not uses_contexts(site):
                left.append(Skipped("path", "there is nothing that could be named instead", (site.id,)))
        return left

    @property
    def _found_contexts(self) -> Contexts | None:
        return self._contexts_or_error if isinstance(self._contexts_or_error, Contexts) else None

    @cached_property
    def _contexts_or_error(self) -> Contexts | ContextError | None:
        if self.package is None:
            return ContextError("the package is not known") if self.context_sites else None
        try:
            return contexts_of(self.package, self._readable, self.sites)
        except ContextError as error:
            return error

    @cached_property
    def _left_contexts(self) -> list[Skipped]:
        """Return why contexts stay: they cannot move, or not before something else does."""
        found = self._contexts_or_error
        if found is None or self.contexts is not None:
            return []
        reason = (
            str(found) if isinstance(found, ContextError) else "contexts move last, and something else stays"
        )
        done = {site_id for each in self._obstacles for site_id in each.sites}
        sites = [each.site for each in self._readable if has_context(each)] + self.context_sites
        return [Skipped("context", reason, (site.id,)) for site in sites if site.id not in done]


def kind_of(site: Site) -> str:
    """Return how a site names quick-error."""
    return _MANIFEST if site.source.is_manifest else site[KIND].text

"""The oldest Rust that packages support, against the one that recipes and forms need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.msrv import Msrv, known_msrv
from codemods.cargo.toolchain import version_numbers
from codemods.engine.overlay import Chosen
from codemods.recipe.proposals import Change, Form, Proposal, Skipped
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site

if TYPE_CHECKING:
    from codemods.cargo.relock import Added
    from codemods.engine.workbench import Workbench


class RustVersions:
    """Judges by the package that owns a file."""

    def __init__(self, bench: Workbench) -> None:
        """Look up what each member supports.

        Raises:
            UsageError: `--msrv` is no version.
        """
        self._bench = bench
        self._known = {
            package.name: known_msrv(package, bench.workspace, bench.request.msrv)
            for package in bench.workspace.members
        }

    def refused(self, recipe: Recipe, sites: Sequence[Site]) -> tuple[Skipped, ...]:
        """Return the refusals for those of `sites` whose package is older than `recipe` needs."""
        refusals = []
        for site in sites:
            reason = self._objection([site.source.path], recipe.min_rust)
            if reason is not None:
                refusals.append(Skipped("msrv", reason, (site.id,)))
        return tuple(refusals)

    def supported(self, proposal: Proposal) -> Proposal:
        """Return `proposal` with the forms that its packages support; refuse it where none is left."""
        if not isinstance(proposal, Change):
            return proposal
        objections = {form: self._objection_to(form) for form in proposal.forms}
        forms = tuple(form for form, reason in objections.items() if reason is None)
        if not forms:
            return Skipped("msrv", next(iter(objections.values())) or "", proposal.sites)
        return replace(proposal, forms=forms)

    def note_lowest(self, recipe: Recipe, kept: Iterable[Chosen], newest: Added | None = None) -> None:
        """Note the lowest Rust that the result needs, where a package does not say what it supports.

        `newest` is the new dependency that needs the newest Rust.
        """
        needed, because = recipe.min_rust, ""
        unknown = False
        for chosen in kept:
            needed = max(needed, chosen.form.min_rust or needed, key=version_numbers)
            unknown = unknown or any(self._msrv(file.path) is None for file in chosen.form.files)
        asked = (newest and newest.rust_version) or needed
        if newest is not None and version_numbers(asked) > version_numbers(needed):
            needed, because = asked, f", for {newest.package} {newest.version} does"
        if unknown:
            self._bench.note(
                f"The result of {recipe.id} needs Rust {needed} or newer{because}; no minimum is known here"
                " (rust-version, clippy's msrv, a toolchain file or --msrv would say it)."
            )

    def _objection_to(self, form: Form) -> str | None:
        if form.min_rust is None:
            return None
        return self._objection([file.path for file in form.files], form.min_rust)

    def _objection(self, paths: Iterable[PurePosixPath], needed: str) -> str | None:
        for path in paths:
            known = self._msrv(path)
            if known is not None and known.release < version_numbers(needed):
                package = self._bench.package_of(path)
                return f"needs Rust {needed}; {package} supports {known.version} ({known.source})"
        return None

    def _msrv(self, path: PurePosixPath) -> Msrv | None:
        return self._known.get(self._bench.package_of(path))

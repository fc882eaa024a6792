"""What the libraries of the workspace offer to other crates, before and after the changes.

Rustdoc describes each library from the command that built it. Where it can't (`--strict-stable`, a crate
that it does not get through, JSON of an unknown shape), the text of the sources is compared: macros
are not expanded then, and what cannot be reached from outside is listed, too.

Only what may reach a public item is looked at: an edit inside of a function's body alters none.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from codemods.cargo.manifest import MANIFEST
from codemods.cargo.manifest_face import ManifestFace, read_manifest_face
from codemods.cargo.metadata import Package
from codemods.cargo.public_api import PublicApi, PublicItem
from codemods.cargo.report import CheckReport, Unit, counterparts
from codemods.cargo.rustdoc import documents
from codemods.cargo.rustdoc_json import ApiReport, read_api
from codemods.engine.api_causes import Places, causes_of
from codemods.engine.api_compare import (
    ApiComparison,
    ApiDifference,
    differences,
    feature_differences,
    with_versions,
)
from codemods.engine.api_opinion import Side, second_opinion, with_opinion
from codemods.engine.overlay import Chosen, Composition, Overlay
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError
from codemods.recipe.proposals import Change, Edited
from codemods.rust.bodies import OwnerKind, owner_of
from codemods.rust.source import Source
from codemods.rust.surface import public_items

STRICT = "rustdoc shows public items by an unstable option alone"
VERSION = 3  # of what is read from rustdoc: answers of another one are not taken from the step store
_INSIDE = (OwnerKind.FUNCTION, OwnerKind.EXAMPLE)


class ApiGuard:
    """Compares the public items of libraries before and after; for one recipe's changes."""

    def __init__(self, bench: Workbench, base: Overlay, baseline: CheckReport) -> None:
        self._bench = bench
        self._base = base
        self._baseline = baseline
        self._libraries = [unit for unit in baseline.units if self._is_guarded(unit)]
        self._reaching: dict[Change, bool] = {}

    def look(self, changes: Iterable[Change]) -> None:
        """Read what is offered before any change, now that scratch stands as it was built, where needed."""
        units = {unit for change in changes if self._may_reach(change) for unit in self._units(change)}
        for unit in self._libraries:
            if unit in units:
                self._api(unit, self._base, self._baseline)

    def compared(
        self, chosen: Sequence[Chosen], composition: Composition, report: CheckReport
    ) -> ApiComparison:
        """Return how what is offered differs in the tree `composition`, of which `report` is the build."""
        reaching = [choice for choice in chosen if self._may_reach(choice.change)]
        units = {unit for choice in reaching for unit in self._units(choice.change)}
        after = counterparts(self._baseline, report)
        found: dict[ApiDifference, None] = {}
        checked: dict[str, str] = {}
        for unit in (unit for unit in self._libraries if unit in units):
            now = after.get(unit.id)
            if now is not None and now.succeeded:
                its, checked[unit.package] = self._compared(unit, now, composition.overlay, report)
                found |= dict.fromkeys(its)
            elif now is None and not any(_is_same_library(unit, each) for each in report.units):
                name = f"library {unit.target}"
                found[ApiDifference(unit.package, name, "removed", name, None, "major")] = None
                checked[unit.package] = "as cargo sees it"
        roots = {unit.package: unit.cwd for unit in self._libraries}
        root = self._bench.builder.build.repository_root
        places = Places(composition, lambda package, file: _inside(roots[package], file, root))
        causes = causes_of(tuple(found), [c.change.id for c in reaching], places)
        compared = frozenset(
            choice.change.id
            for choice in reaching
            if any(unit.package in checked for unit in self._units(choice.change))
        )
        return ApiComparison(tuple(found), causes, checked, compared)

    def _compared(
        self, unit: Unit, now: Unit, after: Overlay, report: CheckReport
    ) -> tuple[tuple[ApiDifference, ...], str]:
        """Return how one library differs, and how that was found out."""
        faces = [self._manifest_face(unit.package, overlay) for overlay in (self._base, after)]
        own = feature_differences(unit.package, faces[0].features, faces[1].features)
        reports = (self._api(unit, self._base, self._baseline), self._api(now, after, report))
        first, second = (each.api for each in reports)
        if first is None or second is None:
            self._tell(unit, next((each.reason for each in reports if each.reason), ""))
            texts = self._by_text(unit, self._base), self._by_text(now, after)
            return (*own, *differences(unit.package, *texts)), "by the text of the sources"
        marked = faces[0].unlike(faces[1]), faces[1].unlike(faces[0])
        first, second = (with_versions(*each) for each in zip((first, second), marked, strict=True))
        own += differences(unit.package, first, second)
        sides = Side(unit, self._base, self._baseline.capped_lints), Side(now, after, report.capped_lints)
        verdict = second_opinion(self._bench, *sides)
        if verdict is None:
            return own, "as rustdoc sees it"
        own, said = with_opinion(unit.package, own, verdict)
        return own, f"as rustdoc sees it; {said}"

    def _tell(self, unit: Unit, why: str) -> None:
        self._bench.note(
            f"The public items of {unit.package} are compared by the text of its sources, without what"
            f" macros make: {why}."
        )

    def _manifest_face(self, name: str, overlay: Overlay) -> ManifestFace:
        package = self._package(name)
        paths = [package.manifest if package is not None else self._bench.root, self._bench.root / MANIFEST]
        own, root = (self._bench.read(path, overlay) for path in paths)
        return read_manifest_face(own, root)

    # What a library offers

    def _api(self, unit: Unit, overlay: Overlay, report: CheckReport) -> ApiReport:
        if self._bench.request.strict_stable:
            return ApiReport(None, STRICT)
        builder = self._bench.builder
        key = builder.key("api", overlay, unit.id, unit.argv, VERSION)

        def read() -> ApiReport:
            builder.ensure(overlay, cap_lints=report.capped_lints)
            self._bench.listener.phase("api", unit.name)
            builder.compiles += 1
            return read_api(unit, builder.build)

        with self._bench.timed("api"):
            return builder.remember(key, ApiReport, read)

    def _by_text(self, unit: Unit, overlay: Overlay) -> PublicApi:
        items: list[PublicItem] = []
        for name in sorted(unit.files):
            path = PurePosixPath(name)
            if path.suffix == ".rs" and not path.is_absolute():
                items += self._items_of(path, unit.edition, overlay)
        return PublicApi(unit.target.replace("-", "_"), tuple(items))

    def _items_of(self, path: PurePosixPath, edition: str, overlay: Overlay) -> Iterator[PublicItem]:
        try:
            found = public_items(Source(path, self._bench.read(path, overlay), edition))
        except (CodemodError, OSError):
            return
        for name, signature in found.items():
            kind = "impl" if name.rpartition("/")[2].startswith("impl ") else "item"
            yield PublicItem(f"{path}: {name}", kind, signature, signature)

    # Which changes may alter it

    def _is_guarded(self, unit: Unit) -> bool:
        """Whether others than members may use it: a library that may be published."""
        package = self._package(unit.package)
        return documents(unit) and unit.succeeded and package is not None and package.publish

    def _package(self, name: str) -> Package | None:
        return next((each for each in self._bench.workspace.members if each.name == name), None)

    def _units(self, change: Change) -> list[Unit]:
        """Return the libraries whose sources or manifest the change edits."""
        paths = {file.path for form in change.forms for file in form.files}
        paths |= {each.manifest for form in change.forms for each in form.dependencies}
        names = {str(path) for path in paths}
        packages = {self._bench.package_of(path) for path in paths if path.name == "Cargo.toml"}
        created = {
            self._bench.package_of(file.path)
            for form in change.forms
            for file in form.files
            if not isinstance(file, Edited)
        }
        return [unit for unit in self._libraries if unit.files & names or unit.package in packages | created]

    def _may_reach(self, change: Change) -> bool:
        if change not in self._reaching:
            self._reaching[change] = self._reaches_outside(change)
        return self._reaching[change]

    def _reaches_outside(self, change: Change) -> bool:
        """Whether it edits anything but the inside of functions in a library that is guarded."""
        if not self._units(change):
            return False
        return any(
            form.dependencies or any(self._is_outside(file) for file in form.files) for form in change.forms
        )

    def _is_outside(self, file: object) -> bool:
        if not isinstance(file, Edited) or file.path.suffix != ".rs":
            return True
        content = self._bench.read(file.path, self._base)
        source = Source(file.path, content, self._bench.edition_of(file.path))
        return any(owner_of(source, edit.span).kind not in _INSIDE for edit in file.edits)


def _is_same_library(unit: Unit, other: Unit) -> bool:
    return (unit.package, unit.target) == (other.package, other.target) and documents(other)


def _inside(folder: str, file: str, root: Path) -> PurePosixPath:
    """Return the repository path of a file that rustdoc names from the folder where it ran."""
    full = os.path.normpath(os.path.join(folder, file))  # noqa: PTH118 - nothing is resolved
    return PurePosixPath(os.path.relpath(full, os.path.realpath(root)))

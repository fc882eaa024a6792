"""Edit manifests and the lock file for what the changes in force need and may retire.

The edits depend on all changes in force together: two may need the same crate, and one retires only when
nothing mentions it any more. So they are made when the changes are put together, and belong to every change
that asks for an edit of the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.cargo.manifest import MANIFEST
from codemods.cargo.toolchain import version_numbers
from codemods.engine.overlay import Chosen, Composition, Overlay
from codemods.recipe.packages import Packages
from codemods.recipe.proposals import DependencyChange, Edited, FileChange, Form, Keeps, Needs, Retires
from codemods.rust.edits import Edit
from codemods.rust.spans import Span
from codemods.vcs.linediff import opcodes

if TYPE_CHECKING:
    from codemods.cargo.manifest_edit import NewDependency
    from codemods.cargo.relock import Added, Relocked
    from codemods.engine.workbench import Workbench

KEPT_FORM = "keeping-dependency"
GENERATED = "code that is not among the sources needs it, such as what a macro or a build script writes"


@dataclass(frozen=True, slots=True)
class Realised:
    """Changes with the edits of manifests (and of a tracked lock file) among their own.

    `hidden` is the lock file of a workspace that does not track it: part of what is built, not of a commit.
    `retained` says of dependencies (manifest and package) that were to go why they stay.
    `newest` is the new package that needs the newest Rust, as far as the new packages say.
    """

    chosen: tuple[Chosen, ...]
    hidden: Overlay = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    newest: Added | None = None
    retained: Mapping[tuple[PurePosixPath, str], str] = field(default_factory=dict)


def with_fallback(forms: tuple[Form, ...]) -> tuple[Form, ...]:
    """Return `forms`, each that retires a dependency followed by the same without that.

    Code that nobody sees may still need it: what a procedural macro or a build script writes.
    """
    return tuple(each for form in forms for each in _with_kept(form))


def _with_kept(form: Form) -> Iterator[Form]:
    yield form
    kept = tuple(
        Keeps(each.manifest, each.package) if isinstance(each, Retires) else each
        for each in form.dependencies
    )
    if kept != form.dependencies:
        yield replace(form, name=f"{form.name}, {KEPT_FORM}", dependencies=kept)


class Dependencies:
    """Puts the edits of manifests beside the edits of sources, for the tree with `base`."""

    def __init__(self, bench: Workbench, packages: Packages, base: Overlay) -> None:
        self._bench = bench
        self._packages = packages
        self._base = base

    def realised(self, chosen: Sequence[Chosen], composed: Composition) -> Realised:
        """Return `chosen`, whose sources come to `composed`, with the edits of manifests and lock file.

        Raises:
            UsageError: a manifest cannot be edited, or cargo cannot resolve what comes of it.
            MachineError: the registry is needed and cannot be reached.
        """
        asking = [choice for choice in chosen if choice.form.dependencies]
        if not asking:
            return Realised(tuple(chosen))
        from codemods.cargo.relock import lowest_rust  # noqa: PLC0415 - few runs edit a manifest

        notes: dict[str, None] = {}
        retained: dict[tuple[PurePosixPath, str], str] = {}
        manifests = self._manifests(asking, composed, notes, retained)
        if not manifests:
            return Realised(tuple(chosen), notes=tuple(notes), retained=retained)
        relocked = self._relocked(manifests)
        notes |= dict.fromkeys(_told(relocked))
        lock = self._bench.builder.lock_path
        is_tracked = self._bench.builder.untracked_lock is None
        files = {**manifests, lock: relocked.lock} if is_tracked else manifests
        edited = tuple(
            Edited(path, line_edits(self._read(path), content)) for path, content in sorted(files.items())
        )
        named = {each.manifest for choice in asking for each in choice.form.dependencies}
        shared = tuple(each for each in edited if each.path not in named)  # lock file, workspace manifest
        realised = tuple(_with_files(choice, edited, shared) for choice in chosen)
        hidden = {} if is_tracked else {lock: relocked.lock}
        return Realised(realised, hidden, tuple(notes), lowest_rust(relocked.added), retained)

    def _manifests(
        self,
        asking: Sequence[Chosen],
        composed: Composition,
        notes: dict[str, None],
        retained: dict[tuple[PurePosixPath, str], str],
    ) -> dict[PurePosixPath, bytes]:
        """Return the manifests that differ, as they are to be."""
        from codemods.cargo.manifest_edit import DependencyChanges, edit_manifests  # noqa: PLC0415 - few edit one

        wanted: dict[PurePosixPath, dict[DependencyChange, None]] = {}
        for choice in asking:
            for each in choice.form.dependencies:
                wanted.setdefault(each.manifest, {})[each] = None
        root = self._bench.root / MANIFEST
        paths = {root, *(member.manifest for member in self._packages.members)}
        edited = edit_manifests(
            {path: self._read(path) for path in sorted(paths)},
            {
                manifest: DependencyChanges(
                    needs=tuple(_new(each) for each in asked if isinstance(each, Needs)),
                    retired=tuple(self._retired(manifest, asked, composed, retained)),
                )
                for manifest, asked in sorted(wanted.items())
            },
            root,
        )
        notes |= dict.fromkeys(edited.notes)
        return dict(edited.contents)

    def _retired(
        self,
        manifest: PurePosixPath,
        wanted: Mapping[DependencyChange, None],
        composed: Composition,
        retained: dict[tuple[PurePosixPath, str], str],
    ) -> list[str]:
        """Return the packages that go: those that nothing mentions any more."""
        from codemods.engine.mentions import Mentions  # noqa: PLC0415 - as above

        mentions = Mentions(self._bench, self._packages, composed.overlay)
        going = []
        for each in wanted:
            if isinstance(each, Keeps):
                retained[manifest, each.package] = each.reason or GENERATED
            if not isinstance(each, Retires):
                continue
            left = mentions.of(manifest, each.package)
            if left:
                shown = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
                retained[manifest, each.package] = f"it is still mentioned: {shown}"
            else:
                going.append(each.package)
        return going

    def _relocked(self, manifests: Mapping[PurePosixPath, bytes]) -> Relocked:
        """Return the lock file that the manifests need; resolved once."""
        from codemods.cargo.relock import Relocked, relock  # noqa: PLC0415 - as above

        builder = self._bench.builder
        tree = {**self._base, **manifests}
        lock = self._bench.lock(self._base)
        msrv = self._bench.request.msrv or self._lowest_known()
        key = builder.key("relock", tree, msrv)
        self._bench.listener.phase("resolve", "the lock file for the new manifests")

        def resolve() -> Relocked:
            builder.lay_out(self._base)
            return relock(
                builder.build,
                builder.workspace,
                manifests,
                lock,
                msrv=msrv,
                targets=self._bench.request.targets,
            )

        return builder.remember(key, Relocked, resolve)

    def _lowest_known(self) -> str | None:
        """Return the lowest Rust that a member supports, as far as anything says it."""
        known = [each.rust_version for each in self._packages.members if each.rust_version is not None]
        return min(known, key=version_numbers, default=None)

    def _read(self, path: PurePosixPath) -> bytes:
        return self._bench.read(path, self._base)


def _new(needed: Needs) -> NewDependency:
    from codemods.cargo.manifest_edit import NewDependency  # noqa: PLC0415 - few edit one

    return NewDependency(
        package=needed.package,
        requirement=needed.requirement,
        features=needed.features,
        default_features=needed.default_features,
        kinds=needed.kinds,
        instead_of=needed.instead_of,
    )


def _with_files(choice: Chosen, edited: Sequence[Edited], shared: Sequence[Edited]) -> Chosen:
    """Return `choice` with those of the edited manifests that it asks for, and all that are shared."""
    form = choice.form
    if not form.dependencies:
        return choice
    named = {each.manifest for each in form.dependencies}
    files: tuple[FileChange, ...] = (
        *form.files,
        *(each for each in edited if each.path in named or each in shared),
    )
    forms = list(choice.change.forms)
    forms[choice.form_index] = replace(form, files=files)
    return Chosen(replace(choice.change, forms=tuple(forms)), choice.form_index)


def _told(relocked: Relocked) -> Iterator[str]:
    """Yield what moved in the lock file, and what else cargo made of it."""
    if relocked.moved:
        yield "Cargo.lock: " + ", ".join(str(moved) for moved in relocked.moved) + "."
    yield from relocked.notes


def line_edits(before: bytes, after: bytes) -> tuple[Edit, ...]:
    """Return the edits of whole lines that make `after` of `before`."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, old))]
    return tuple(
        Edit(Span(starts[code.old], starts[code.old_end]), b"".join(new[code.new : code.new_end]).decode())
        for code in opcodes(old, new)
        if code.tag == "change"
    )

"""Ask the compiler what recipes want to know, and which targets compile each site.

A canary is `compile_error!` put in the place of a site, in a shadow copy of the sources: rustc reports
each one that survives `cfg` and macro expansion, in one cheap run that ends before type checking.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from codemods.cargo.externs import extern_sources
from codemods.cargo.replay import replay_unit
from codemods.cargo.report import Unit
from codemods.engine.baseline import Baseline
from codemods.engine.oracle import Answers, answer_macro_origin, answer_reach
from codemods.engine.overlay import Overlay
from codemods.engine.workbench import Workbench
from codemods.errors import CodemodError
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site
from codemods.rust.canary import canary_edits
from codemods.rust.edits import apply_edits

MARK = "codemod canary "


def ask(
    bench: Workbench, recipe: Recipe, sites: Sequence[Site], baseline: Baseline, overlay: Overlay
) -> Answers:
    """Return the answers to the facts of `recipe` at `sites` in the tree with `overlay`."""
    bench.listener.phase("ask", "what the compiler says of each site")
    asker = _Asker(bench, baseline, overlay)
    with bench.timed("baseline"):
        if not recipe.facts:
            return answer_reach(sites, baseline.units, asker.canary)
        all_answers = [
            answer_macro_origin(fact, sites, baseline.units, asker.canary, asker.read, extern_sources)
            for fact in recipe.facts
        ]
    return Answers(
        {key: answer for answers in all_answers for key, answer in answers.facts.items()},
        all_answers[0].reached,
        all_answers[0].why_not,
    )


class _Asker:
    def __init__(self, bench: Workbench, baseline: Baseline, overlay: Overlay) -> None:
        self.bench = bench
        self.baseline = baseline
        self.overlay = overlay

    def read(self, path: str) -> bytes | None:
        """Return a source's content: of the tree, or from disk where it lies outside."""
        try:
            if os.path.isabs(path):
                return Path(path).read_bytes()
            return self.bench.read(PurePosixPath(path), self.overlay)
        except (OSError, CodemodError):
            return None  # made by a build script, or gone

    def canary(self, unit: Unit, sites: Sequence[Site]) -> frozenset[str]:
        """Return the ids of those `sites` that `unit` compiles."""
        builder = self.bench.builder
        key = builder.key("canary", self.overlay, unit.id, sorted(site.id for site in sites))
        return builder.store.remember(key, frozenset[str], lambda: self._sing(unit, sites))

    def _sing(self, unit: Unit, sites: Sequence[Site]) -> frozenset[str]:
        self.bench.builder.ensure(self.overlay, cap_lints=self.baseline.report.capped_lints)
        reached: set[str] = set()
        for layer in _layers(sites):
            reached |= self._replay(unit, layer)
        return frozenset(reached)

    def _replay(self, unit: Unit, sites: Sequence[Site]) -> set[str]:
        build = self.bench.builder.build
        with TemporaryDirectory(prefix="codemod-shadow-", dir=self.bench.scratch.writable.parent) as folder:
            shadow = Path(folder)
            _lay_out_shadow(shadow, self.bench.scratch.root, unit.files, _marked(sites))
            self.bench.builder.compiles += 1
            replayed = replay_unit(
                unit,
                build.runner,
                scratch_root=self.bench.scratch.root,
                shadow_root=shadow,
                target_directory=build.target_directory,
            )
        messages = (d.message for d in replayed.diagnostics if d.message.startswith(MARK))
        return {message.removeprefix(MARK) for message in messages}


def _layers(sites: Sequence[Site]) -> list[list[Site]]:
    """Return `sites` in layers, none of which holds a site within another: that one would be hidden."""
    layers: list[list[Site]] = []
    for site in sorted(sites, key=lambda site: (site.source.path, site.span.start, -site.span.end)):
        for layer in layers:
            if not any(
                other.source.path == site.source.path and site.span in other.span for other in layer[-1:]
            ):
                layer.append(site)
                break
        else:
            layers.append([site])
    return layers


def _marked(sites: Iterable[Site]) -> dict[str, bytes]:
    """Return the files of `sites` with a canary at each."""
    by_path: dict[PurePosixPath, list[Site]] = {}
    for site in sites:
        by_path.setdefault(site.source.path, []).append(site)
    return {
        str(path): apply_edits(
            here[0].source.content,
            [edit for site in here for edit in canary_edits(here[0].source, site.span, MARK + site.id)],
        )
        for path, here in by_path.items()
    }


def _lay_out_shadow(shadow: Path, root: Path, files: Iterable[str], changed: dict[str, bytes]) -> None:
    """Make `shadow` look like `root` for one unit: links to the files it reads, the changed ones in place."""
    for name in sorted({*files, *changed}):
        if os.path.isabs(name):
            continue
        place = shadow / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name in changed:
            place.write_bytes(changed[name])
        else:
            place.symlink_to(root / name)

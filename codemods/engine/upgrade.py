"""Take one recipe over one tree: scan, ask, plan, verify. The flow of the whole tool in one page."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.cargo.report import CheckReport
from codemods.engine.asking import Asker, ask
from codemods.engine.baseline import Baseline, require_units_for
from codemods.engine.oracle import in_code, uses_without_site
from codemods.engine.overlay import Composition, Overlay
from codemods.engine.packages import packages_of
from codemods.engine.recipes import settings_of
from codemods.engine.rust_versions import RustVersions
from codemods.engine.safeguards import keeping_comments
from codemods.engine.stage import Stage
from codemods.engine.verification import Verification
from codemods.engine.widening import widen
from codemods.engine.workbench import Workbench
from codemods.recipe.facts import Facts, MacroOrigin
from codemods.recipe.proposals import Change, NotASite, Proposal, Skipped
from codemods.recipe.recipe import Recipe
from codemods.recipe.site import Site, is_ruled_out


def upgrade(bench: Workbench, recipe: Recipe, base: Overlay, report: CheckReport | None) -> Stage:
    """Return what `recipe` comes to on the analysed commit plus `base`.

    `report` is the build of that tree where there is one already (an earlier recipe's result).

    Raises:
        BaselineError: no unit that holds a site builds.
    """
    sites = bench.sites(recipe, base)
    versions = RustVersions(bench)
    refused = versions.refused(recipe, sites)
    if len(refused) == len(sites):
        return _untouched(recipe, sites, refused, base, report)
    baseline = bench.baseline(base, report)
    _note_unseen_uses(bench, recipe, sites, baseline, base)
    sites = bench.within(sites, baseline)
    if sites:
        require_units_for({str(site.source.path) for site in sites}, baseline, bench.withheld)
    too_old = {id for skipped in refused for id in skipped.sites}
    open_sites = tuple(site for site in sites if site.id not in too_old)
    answers = ask(bench, recipe, open_sites, baseline, base)
    baseline, answers = widen(
        bench,
        [site for site in open_sites if in_code(site)],
        baseline,
        base,
        answers,
        lambda wider: ask(bench, recipe, open_sites, wider, base),
    )
    facts = Facts(answers.facts)
    ruled_out = {site.id for site in open_sites if is_ruled_out(site, facts)}
    sites, open_sites = (
        tuple(site for site in each if site.id not in ruled_out) for each in (sites, open_sites)
    )
    packages = packages_of(bench, base)
    planned = recipe.plan(open_sites, facts, settings_of(recipe, bench.request), packages)
    strangers = {id for proposal in planned if isinstance(proposal, NotASite) for id in proposal.sites}
    sites = tuple(site for site in sites if site.id not in strangers)
    planned = tuple(proposal for proposal in planned if not isinstance(proposal, NotASite))
    allowed = (_unless_shared(proposal, baseline.report.foreign_files) for proposal in planned)
    here = {site.id for site in sites}
    sources = {site.source.path: site.source for site in sites}
    proposals = (
        *(skipped for skipped in refused if here.issuperset(skipped.sites)),
        *(keeping_comments(versions.supported(proposal), sources.get) for proposal in allowed),
    )
    stage = Verification(bench, recipe, sites, proposals, answers, base, baseline, packages).stage()
    versions.note_lowest(recipe, (*stage.kept, *stage.included), stage.newest)
    return stage


def _note_unseen_uses(
    bench: Workbench, recipe: Recipe, sites: Sequence[Site], baseline: Baseline, overlay: Overlay
) -> None:
    """Tell of uses that rustc reports and the scan did not see: files of other names, generated code.

    A run that was narrowed to some files or packages is not told of the others.
    """
    request = bench.request
    if request.only or request.exclude or request.packages:
        return
    for fact in recipe.facts:
        if not isinstance(fact, MacroOrigin):
            continue
        unseen = uses_without_site(fact, sites, baseline.units, Asker(bench, baseline, overlay).read)
        if unseen:
            shown = ", ".join(unseen[:3]) + (f" and {len(unseen) - 3} more" if len(unseen) > 3 else "")
            bench.note(
                f"rustc reports `{fact.name}!` where no site was found (generated code, a file that is"
                f" no `.rs`, an unusual form): {shown}."
            )


def _untouched(
    recipe: Recipe,
    sites: tuple[Site, ...],
    proposals: tuple[Proposal, ...],
    base: Overlay,
    report: CheckReport | None,
) -> Stage:
    nothing = Composition(base, {})
    return Stage(recipe, sites, proposals, (), (), {}, {}, {}, {}, {}, nothing, nothing, report)


def _unless_shared(proposal: Proposal, foreign: frozenset[str]) -> Proposal:
    """Refuse a change to a file that a path dependency outside of the workspace compiles too."""
    if not isinstance(proposal, Change):
        return proposal
    paths = sorted({str(file.path) for form in proposal.forms for file in form.files})
    shared = next((path for path in paths if path in foreign), None)
    if shared is None:
        return proposal
    reason = f"{shared} is also compiled by a path dependency that is no member of this workspace"
    return Skipped("shared-file", reason, proposal.sites)

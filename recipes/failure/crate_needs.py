"""Which crates the new code of a package needs, in which tables of its manifest, and in which crate roots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from codemods.recipe import MentionKind, Needs, Package

from .._errors.releases import anyhow_for, thiserror_for
from .file_outcomes import Judged
from .import_plan import CrateNeeds
from .members import File
from .rewrites import Need, Rewrite

_IMPORTED = frozenset({"Error", "ResultExt", "bail", "ensure", "format_err"})
_TEST = "#[cfg(test)]"


def crate_needs(package: Package | None, file: File, judged: Mapping[File, Sequence[Judged]]) -> CrateNeeds:
    """Return what the crates need that `file` may be the root of: for its `extern crate`s."""
    kind = _kind_of(package, file)
    together = [each for other in judged if _kind_of(package, other) == kind for each in judged[other]]
    counted = [each for each in together if kind != "normal" or not _is_left_to_tests(each)]
    needs = frozenset(
        need for need in (Need.ANYHOW, Need.THISERROR) if any(_needs(each, need) for each in counted)
    )
    return CrateNeeds(needs, any(_is_bare_macro(each) for each in together))


def dependencies(package: Package, need: Need, judged: Mapping[File, Sequence[Judged]]) -> Iterator[Needs]:
    """Yield what the manifest of the package must have for the code of `judged`."""
    found = {
        kind
        for file, each_judged in judged.items()
        for each in each_judged
        if _needs(each, need)
        for kind in _kinds(package, file, each)
    }
    release = anyhow_for(package.rust_version) if need is Need.ANYHOW else thiserror_for(package.rust_version)
    if not found or release is None:
        return
    there = [each for each in package.depends_on(release.crate) if not each.optional]
    kinds = _available(package, found) - {each.kind for each in there}
    if kinds and not any(each.kind == "normal" for each in there if "build" not in kinds):
        # What is there already is good enough: the code that is written builds with any release of the two.
        requirement = there[0].requirement if there else release.requirement
        yield Needs(
            package.manifest,
            release.crate,
            requirement,
            instead_of="failure",
            kinds=tuple(sorted(kinds)),
        )


def _available(package: Package, kinds: Iterable[str]) -> set[str]:
    """Return the tables to name: what stands among the normal ones serves tests as well."""
    there = {each.kind for each in package.dependencies if each.package in ("failure", "failure_derive")}
    found = {kind if kind in there or "normal" in there else "dev" for kind in kinds}
    return found - {"dev"} if "normal" in found else found


def _kinds(package: Package, file: File, each: Judged) -> Iterator[str]:
    kind = _kind_of(package, file)
    yield "dev" if kind == "normal" and _is_left_to_tests(each) else kind


def _kind_of(package: Package | None, file: File) -> str:
    """Return in which table the dependencies of the file stand, as far as its place tells."""
    if package is None or not file.path.is_relative_to(package.root):
        return "normal"
    parts = file.path.relative_to(package.root).parts
    if parts[0] in ("tests", "examples", "benches") and len(parts) > 1:
        return "dev"
    return "build" if parts == ("build.rs",) else "normal"


def _needs(each: Judged, need: Need) -> bool:
    if each.is_import:
        return need is Need.ANYHOW and _becomes_anyhow(each)
    return isinstance(each.outcome, Rewrite) and need in each.outcome.needs


def _becomes_anyhow(each: Judged) -> bool:
    """Whether an import is one of anyhow afterwards, whatever else the file needs."""
    assert each.mention is not None, "an import is a mention"
    is_use = each.mention.kind is not MentionKind.EXTERN_CRATE
    return is_use and each.mention.path[1:2] != () and each.mention.path[1] in _IMPORTED - {"ResultExt"}


def _is_left_to_tests(each: Judged) -> bool:
    """Whether only tests compile the place; the old edition needs an `extern crate` for its imports."""
    source = each.site.source
    is_old_import = each.is_import and source.edition == "2015"
    conditions = ("".join(text.split()) for text in source.in_attribute_cfg(each.site.span))
    return not is_old_import and _TEST in conditions


def _is_bare_macro(each: Judged) -> bool:
    """Whether the site is a macro call that only a `#[macro_use]` gives a meaning."""
    mention = each.mention
    if mention is None or mention.kind is not MentionKind.MACRO or not isinstance(each.outcome, Rewrite):
        return False
    return len(mention.segments) == 1 and (mention.origin is None or mention.origin.is_extern_crate)

"""What a reader of the result should know: how it differs, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .designs import Design, Policy, has_bare_from
from .survey import Survey


def notes_of(designs: Sequence[Design], policy: Policy, survey: Survey) -> tuple[str, ...]:
    """Return the sentences about `designs`, each once."""
    found = [note for design in designs for note in _notes(design, policy, survey)]
    made = [
        design.declaration for design in designs if any(p.variant.clause("context") for p in design.parts)
    ]
    if made and survey.contexts is None:
        names = ", ".join(f"`{declaration.enum}`" for declaration in made)
        found.append(f"{names}: the conversion from quick-error's `Context` is gone; nothing here makes one.")
    if survey.contexts is not None and designs:
        path = survey.contexts.home.site.source.path
        found.append(f"`Context` and `ResultExt` of quick-error are now the crate's own, in {path}.")
    return tuple(dict.fromkeys(found))


def _notes(design: Design, policy: Policy, survey: Survey) -> Iterator[str]:
    release, versions = survey.release, survey.versions
    name = design.declaration.enum
    silent = [part for part in design.parts if part.variant.clause("display") is None]
    if silent:
        what = "its description or its name" if release.describes else "its Debug text"
        yield f"`{name}`: a variant without `display` still prints {what}, as quick-error {versions} has it."
    causes = [part.variant.name for part in design.parts if part.variant.clause("cause")]
    if causes:
        yield (
            f"`{name}`: `source()` now returns what only `cause()` returned ({', '.join(causes)}); the chain"
            " of sources is longer by that."
        )
    yield from _note_of_from(design, policy)
    if release.describes and not design.describes:
        yield f"`{name}`: `description()` no longer says what quick-error made of it."


def _note_of_from(design: Design, policy: Policy) -> Iterator[str]:
    name = design.declaration.enum
    bare = [part for part in design.parts if has_bare_from(part.variant) and part.link is None]
    written = [part.variant.name for part in bare if not part.has_from]  # and no source is added
    added = [part.variant.name for part in bare if part.has_from]
    if written and design.derives and not policy.adds_sources:
        yield (
            f"`{name}`: `From` is written out for {', '.join(written)}, because `#[from]` would add a source"
            " that was not there; `--set quick-error.from=source` adds it."
        )
    if added:
        yield f"`{name}`: `source()` returns the error inside of {', '.join(added)}; it returned none before."

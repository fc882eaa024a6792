"""How what a library offers differs before and after, item by item, and which version that asks for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from codemods.cargo.public_api import Bump, ItemPlace, PublicApi, PublicItem

Kind = Literal["removed", "changed", "added", "trait-removed", "trait-added"]

_PATH = re.compile(r"\b[A-Za-z_]\w*(?:@[\w.]+)?(?:::[A-Za-z_]\w*)+")
_PRELUDE = frozenset({"Option", "Result", "String", "Vec", "Box"})
_STD = frozenset({"core", "alloc", "std"})
# What of the front of a signature may go, and what may come, without harm to any caller.
_MAY_GO = ("unsafe ", "#[non_exhaustive] ")
_MAY_COME = ("const ",)


@dataclass(frozen=True, slots=True)
class ApiDifference:
    """One public item that is not what it was; `old` or `new` is None where it is not there.

    Where another tool found it, both may be in `new`, in its words.
    `via` is the public alias by which alone the item has another meaning. `places` are those of
    the item before and after, as far as rustdoc says.
    """

    package: str
    item: str
    kind: Kind
    old: str | None
    new: str | None
    bump: Bump
    via: str | None = None
    places: tuple[ItemPlace | None, ItemPlace | None] = (None, None)

    @property
    def text(self) -> str:
        """It in words."""
        if self.kind == "changed" and self.old is None:
            return self.new or ""
        what = f"an alias, `{self.via}`, makes it another one: " if self.via else ""
        if self.old is None:
            return f"added `{self.new}`"
        if self.new is None:
            return f"removed `{self.old}`"
        return f"{what}`{self.old}` is now `{self.new}`"

    @property
    def sentence(self) -> str:
        """It in words, with the item where these do not name it."""
        return self.text if self.kind.startswith("trait-") else f"{self.item}: {self.text}"


@dataclass(frozen=True, slots=True)
class ApiComparison:
    """What was found: the differences, and by change id those that it may have caused.

    `checked` are the packages whose libraries were compared, with how; `compared` the changes that may
    reach a public item of theirs.
    """

    differences: tuple[ApiDifference, ...] = ()
    causes: Mapping[str, tuple[ApiDifference, ...]] = field(default_factory=dict)
    checked: Mapping[str, str] = field(default_factory=dict)
    compared: frozenset[str] = frozenset()


def differences(package: str, before: PublicApi, after: PublicApi) -> tuple[ApiDifference, ...]:
    """Return what is not the same, by path. What belongs to a type that is gone, or new, is not listed."""
    old, new = _by_path(before.items), _by_path(after.items)
    aliases = _changed_aliases(old, new)
    found: list[ApiDifference] = []
    for path in sorted(old.keys() | new.keys()):
        was = [item for item in old.get(path, ()) if path in new or _stays(item, old, new)]
        now = [item for item in new.get(path, ()) if path in old or _stays(item, new, old)]
        for one, other in _pairs(was, now):
            difference = _difference(package, one, other, aliases, before.crate)
            if difference is not None:
                found.append(difference)
    return tuple(found)


def with_versions(api: PublicApi, versions: Mapping[str, str]) -> PublicApi:
    """Return `api` with a version behind the name of each crate in `versions`: `tokio@0.2::net::TcpStream`.

    Types of one name are other types where two incompatible versions of their crate are meant.
    """
    if not versions:
        return api
    names = re.compile(rf"(?<![\w:])({'|'.join(map(re.escape, sorted(versions)))})(?=::)")

    def marked(text: str) -> str:
        return names.sub(lambda found: f"{found[1]}@{versions[found[1]]}", text)

    items = (
        replace(item, path=marked(item.path), signature=marked(item.signature), meaning=marked(item.meaning))
        for item in api.items
    )
    return PublicApi(api.crate, tuple(items))


def feature_differences(
    package: str, before: Collection[str], after: Collection[str]
) -> tuple[ApiDifference, ...]:
    """Return the features of a package that are gone or new: others name them in their manifests."""
    gone = (
        ApiDifference(package, f'feature "{name}"', "removed", f'feature "{name}"', None, "major")
        for name in sorted(set(before) - set(after))
    )
    new = (
        ApiDifference(package, f'feature "{name}"', "added", None, f'feature "{name}"', "minor")
        for name in sorted(set(after) - set(before))
    )
    return (*gone, *new)


def asked_bump(found: Iterable[ApiDifference]) -> Bump | None:
    """Return what the differences ask of the version together; None where there are none."""
    bumps = {each.bump for each in found}
    return "major" if "major" in bumps else "minor" if bumps else None


def next_version(version: str, bump: Bump) -> str:
    """Return the lowest version after `version` that Cargo does not take for a compatible one (major).

    Below 1.0 the first number that is not zero counts as the major one; of a pre-release the
    last number is raised.
    """
    core, _, pre = version.partition("+")[0].partition("-")
    if pre:
        head, dot, last = pre.rpartition(".")
        raised = str(int(last) + 1) if last.isdigit() else f"{last}.1"
        return f"{core}-{head}{dot}{raised}"
    major, minor, patch = (int(part) for part in core.split("."))
    if major:
        return f"{major + 1}.0.0" if bump == "major" else f"{major}.{minor + 1}.0"
    if minor and bump == "major":
        return f"0.{minor + 1}.0"
    return f"0.{minor}.{patch + 1}"


def _by_path(items: Sequence[PublicItem]) -> Mapping[str, list[PublicItem]]:
    found: dict[str, list[PublicItem]] = defaultdict(list)
    for item in items:
        found[item.path].append(item)
    return found


def _stays(item: PublicItem, here: Mapping[str, object], there: Mapping[str, object]) -> bool:
    """Whether all that the item belongs to is there on the other side, too."""
    return all(owner not in here or owner in there for owner in item.owners)


def _changed_aliases(
    old: Mapping[str, list[PublicItem]], new: Mapping[str, list[PublicItem]]
) -> tuple[str, ...]:
    return tuple(
        path
        for path, items in old.items()
        if items[0].kind == "type_alias" and path in new and items[0].meaning != new[path][0].meaning
    )


def _pairs(
    was: Sequence[PublicItem], now: Sequence[PublicItem]
) -> Iterator[tuple[PublicItem | None, PublicItem | None]]:
    """Yield the items of one path that are not on both sides, each with what takes its place."""
    same = {item.meaning for item in was} & {item.meaning for item in now}
    gone = [item for item in was if item.meaning not in same]
    new = [item for item in now if item.meaning not in same]
    for item in gone:
        other = next((each for each in new if each.kind == item.kind), new[0] if new else None)
        if other is not None:
            new.remove(other)
        yield item, other
    yield from ((None, item) for item in new)


def _difference(
    package: str,
    one: PublicItem | None,
    other: PublicItem | None,
    aliases: Sequence[str],
    crate: str,
) -> ApiDifference | None:
    item = one or other
    if item is None:
        return None
    via = None
    texts = [each.signature if each is not None else None for each in (one, other)]
    if one is not None and other is not None and one.signature == other.signature:
        via = next((path for path in aliases if _names(one.signature, path)), None)
        texts = [one.meaning, other.meaning]
    old, new = _shown(texts, crate, is_code=item.kind != "macro")
    places = (one.place if one else None, other.place if other else None)
    name = _shortened(item.path, crate) if item.kind == "impl" else item.path
    return ApiDifference(package, name, _kind(one, other), old, new, _bump(one, other), via, places)


def _kind(one: PublicItem | None, other: PublicItem | None) -> Kind:
    item = one or other
    is_trait = item is not None and item.kind == "impl"
    if one is None:
        return "trait-added" if is_trait else "added"
    if other is None:
        return "trait-removed" if is_trait else "removed"
    return "changed"


def _bump(one: PublicItem | None, other: PublicItem | None) -> Bump:
    if one is None and other is not None:
        return other.adding
    if one is not None and other is not None:
        old, new = one.meaning, other.meaning
        is_wider = any(old == front + new for front in _MAY_GO) or any(
            new == front + old for front in _MAY_COME
        )
        return "minor" if is_wider else "major"
    return "major"


def _names(signature: str, path: str) -> bool:
    return any(found[0] == path for found in _PATH.finditer(signature))


# For people: paths as one would write them


def _shown(texts: Sequence[str | None], crate: str, *, is_code: bool) -> list[str | None]:
    """Return both texts with short paths; in full where they would look alike."""
    if not is_code:
        return list(texts)
    short = [None if text is None else _shortened(text, crate) for text in texts]
    return short if short[0] != short[1] else list(texts)


def _shortened(text: str, crate: str) -> str:
    return _PATH.sub(lambda found: _short_path(found[0], crate), text)


def _short_path(path: str, crate: str) -> str:
    first, *_, last = path.split("::")
    if first == crate:
        return last
    if first not in _STD:
        return f"{first}::{last}"
    if last in _PRELUDE and path != "core::fmt::Result":
        return last
    return f"std::{'::'.join(path.split('::')[1:])}"

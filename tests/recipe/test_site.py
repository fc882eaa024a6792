from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from codemods.recipe import (
    Applicability,
    Condition,
    Edit,
    Edited,
    Facts,
    HasType,
    NotASite,
    Pattern,
    Site,
    Skipped,
    Source,
    find_sites,
    recipe,
)

CODE = """\
fn first() { old(1); old( 1 ); }

impl Thing {
    fn second(&self) -> u8 { old(old(2)) }
}
"""


@recipe(
    summary="Replace `old` with `new`",
    epoch="2018",
    min_rust="1.30",
    applicability=Applicability.MACHINE_APPLICABLE,
    pattern=(Pattern("old($$$arguments)"), Pattern("old($one)")),
)
def old_to_new(site: Site) -> list[Edit]:
    return [Edit(site["arguments"].span, "")]


def _sites(code: str, path: str = "src/lib.rs") -> tuple[Site, ...]:
    return find_sites(old_to_new, Source(PurePosixPath(path), code.encode()))


def test_sites_come_in_order_each_place_once() -> None:
    sites = _sites(CODE)

    assert [site.text for site in sites] == ["old(1)", "old( 1 )", "old(old(2))", "old(2)"]
    assert [str(site.position) for site in sites] == ["1:14", "1:22", "4:30", "4:34"]
    assert sites[0]["arguments"].text == "1"


def test_ids_survive_changes_elsewhere() -> None:
    moved = "// a comment\nfn zero() { old(1); }\n\n" + CODE.replace("{ old(2", "{ f(); old(2")

    assert {site.id for site in _sites(CODE)} <= {site.id for site in _sites(moved)}
    assert len({site.id for site in _sites(moved)}) == 5


def test_ids_survive_another_layout() -> None:
    assert [site.id for site in _sites("fn f() { old(1,  2); }")] == [
        site.id for site in _sites("fn f() {\r\n    old(1,\r\n        2);\r\n}")
    ]


def test_ids_tell_files_and_items_apart() -> None:
    ids = [
        site.id
        for code, path in [
            ("fn f() { old(1); old(1); }", "a.rs"),
            ("fn g() { old(1); }", "a.rs"),
            ("fn f() { old(1); }", "b.rs"),
        ]
        for site in _sites(code, path)
    ]

    assert len(set(ids)) == 4


def test_a_kept_site_is_skipped_with_its_reason() -> None:
    sites = _sites(
        "fn f() {\n    // codemod: keep(old-to-new): the caller counts\n    old(1);\n    old(2);\n}\n"
    )

    kept, changed = old_to_new.plan(sites, Facts({}))

    assert isinstance(kept, Skipped)
    assert (kept.code, kept.sites) == ("kept", (sites[0].id,))
    assert "the caller counts" in kept.reason
    assert not isinstance(changed, Skipped)


def test_code_that_does_not_parse_is_skipped() -> None:
    (site,) = _sites("fn f() { old({ a b ~ c }); }")

    (proposal,) = old_to_new.plan([site], Facts({}))

    assert isinstance(proposal, Skipped)
    assert proposal.code == "unparsed"


def test_a_form_is_made_for_the_sites_file() -> None:
    (site,) = _sites("fn f() { old(1); }")
    form = site.form([Edit(site.span, "new")], "short")

    assert form.name == "short"
    assert form.files == (Edited(PurePosixPath("src/lib.rs"), (Edit(site.span, "new"),)),)


def test_what_hardly_ever_is_a_site_is_none_where_it_does_not_parse() -> None:
    (site,) = _sites("fn f() { old(1); }")
    unlikely = Condition(HasType("arguments", ("u8",)), or_unknown=True, is_unlikely=True)
    likely = replace(unlikely, is_unlikely=False)

    for condition, kind in ((unlikely, NotASite), (likely, Skipped)):
        damaged = replace(site, damaged=True, conditions=(condition,))
        (answer,) = old_to_new.plan([damaged], Facts({}))
        assert isinstance(answer, kind)

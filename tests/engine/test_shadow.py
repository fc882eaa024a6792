"""What a shadow copy of a unit's sources holds."""

from __future__ import annotations

from pathlib import Path

from codemods.engine.shadow import _lay_out_shadow


def test_what_lies_beside_the_sources_is_there_too(tmp_path: Path) -> None:
    root, shadow = tmp_path / "root", tmp_path / "shadow"
    for name in ("src/lib.rs", "src/net/mod.rs", "src/grammar.pest", "data/big.txt", ".git/HEAD"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    shadow.mkdir()

    _lay_out_shadow(shadow, root, {"src/lib.rs", "src/net/mod.rs"}, {"src/net/mod.rs": b"changed"})

    assert (shadow / "src" / "net" / "mod.rs").read_bytes() == b"changed"
    assert (root / "src" / "net" / "mod.rs").read_text() == "src/net/mod.rs"
    assert not (shadow / "src").is_symlink()  # `#[path = "../x.rs"]` stays inside of the copy
    assert (shadow / "src" / "grammar.pest").read_text() == "src/grammar.pest"
    assert (shadow / "data" / "big.txt").read_text() == "data/big.txt"
    assert not (shadow / ".git").exists()

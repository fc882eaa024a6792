"""rustfmt is asked of each content once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from codemods.cargo.rustfmt import Formatter, SourceFile
from codemods.engine.formatting import Formatting
from codemods.engine.store import StepStore


@dataclass
class Fake:
    """Writes lower case, and leaves alone what begins with `#`."""

    asked: list[bytes] = field(default_factory=list)

    def format_files(self, files: Iterable[SourceFile]) -> dict[Path, bytes | None]:
        listed = list(files)
        self.asked += [file.content for file in listed]
        return {f.path: None if f.content.startswith(b"#") else f.content.lower() for f in listed}


def _files(*contents: bytes) -> list[SourceFile]:
    return [SourceFile(Path(f"/{number}.rs"), text, "2021") for number, text in enumerate(contents)]


def test_each_content_is_asked_for_once(tmp_path: Path) -> None:
    fake = Fake()
    with StepStore(tmp_path / "steps") as store:
        formatting = Formatting(cast("Formatter", fake), store, "identity")
        files = _files(b"A", b"b", b"#C", b"")

        first = formatting.format(files)
        again = Formatting(cast("Formatter", fake), store, "identity").format(files)

        assert list(first.values()) == [b"a", b"b", None, b""]
        assert again == first
        assert formatting.clean(files) == {Path("/1.rs"), Path("/3.rs")}
        assert fake.asked == [b"A", b"b", b"#C", b""]
        formatting.format(_files(b"A", b"B"))
        Formatting(cast("Formatter", fake), store, "other rustfmt").format(_files(b"A"))
    assert fake.asked[4:] == [b"B", b"A"]

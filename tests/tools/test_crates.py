"""The list of crates, samples of it, and repositories that are the same on every machine."""

from __future__ import annotations

from pathlib import Path

from tools.corpus import choose
from tools.crates import Crate, changed_lines, commit_all, fresh_clone, read_list, rust_files
from tools.processes import must

CRATES = tuple(Crate(name, "1.0.0") for name in "abcdef")


def test_the_list_names_each_version_once() -> None:
    crates = read_list()
    assert len(crates) == len(set(crates)) == 14
    assert Crate("handlebars", "1.0.0-beta.1") in crates
    assert all(crate.note for crate in crates)
    assert not set(crates) & set(read_list(table="bulk"))


def test_a_sample_depends_on_its_seed_alone() -> None:
    first = choose(CRATES, None, 3, 7)
    assert first == choose(CRATES, None, 3, 7)
    assert len(set(first)) == 3
    assert len({choose(CRATES, None, 3, seed) for seed in range(20)}) > 1
    assert choose(CRATES, None, 99, 7) == CRATES


def test_a_crate_is_chosen_by_name_or_folder() -> None:
    crates = (Crate("a", "1.0.0"), Crate("a", "2.0.0"), Crate("b", "1.0.0"))
    assert choose(crates, "a", None, 0) == crates[:2]
    assert choose(crates, "a-2.0.0", None, 0) == crates[1:2]
    assert choose(crates, "c", None, 0) == ()


def package(folder: Path) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "lib.rs").write_bytes(b"fn a() {}\r\n")
    (folder / ".gitignore").write_text("src/\n")
    commit_all(folder)
    return folder


def test_the_same_bytes_make_the_same_commit(tmp_path: Path) -> None:
    commits = {
        must(["git", "rev-parse", "HEAD"], cwd=package(tmp_path / name)).stdout for name in ("one", "two")
    }
    assert len(commits) == 1


def test_files_that_the_package_ignores_are_committed_as_they_are(tmp_path: Path) -> None:
    assert rust_files(package(tmp_path / "one")) == {"src/lib.rs": b"fn a() {}\r\n"}


def test_a_clone_gets_the_lock_file_and_stays_clean(tmp_path: Path) -> None:
    origin = package(tmp_path / "one")
    (origin / "Cargo.lock").write_text("version = 4\n")
    clone = fresh_clone(origin, tmp_path / "two")
    assert (clone / "Cargo.lock").read_text() == "version = 4\n"
    assert must(["git", "status", "--porcelain"], cwd=clone).stdout == b""


def test_changed_lines_counts_both_sides_of_rust_files(tmp_path: Path) -> None:
    folder = package(tmp_path / "one")
    (folder / "src" / "lib.rs").write_bytes(b"fn b() {}\r\nfn c() {}\r\n")
    (folder / ".gitignore").write_text("other/\n")
    assert changed_lines(folder, "HEAD") == {"src/lib.rs": 3}

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path, PurePosixPath

import pytest

from codemods.errors import CodemodError, ExitCode, MachineError, UsageError
from codemods.vcs import overlay
from codemods.vcs.lock import Lock
from codemods.vcs.repository import Repository
from codemods.vcs.scratch import Scratch
from tests.vcs.repos import arm_hooks, commit, fingerprint, git, make_repository, write

LIB = PurePosixPath("src/lib.rs")


def opened(folder: Path, cache: Path) -> Scratch:
    repository = Repository.open(folder)
    return Scratch.open(repository, repository.head, cache, wait_seconds=0)


def listing(root: Path) -> dict[str, bytes]:
    files = (
        path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts
    )
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "home/repo")


def test_the_scratch_mirrors_the_path_of_the_repository(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        assert str(scratch.root).endswith(f"root{folder}")
        assert listing(scratch.root) == {"src/lib.rs": b"fn a() {}\n", "Cargo.toml": b"[package]\n"}
        assert scratch.missing_submodules == ()


def test_uncommitted_files_stay_out(folder: Path, cache: Path) -> None:
    write(folder, {"src/lib.rs": "dirty", "new.rs": "new"})

    with opened(folder, cache) as scratch:
        assert listing(scratch.root)["src/lib.rs"] == b"fn a() {}\n"
        assert not (scratch.root / "new.rs").exists()


def test_nothing_is_written_to_the_repository_and_no_hook_runs(
    folder: Path, cache: Path, tmp_path: Path
) -> None:
    arm_hooks(folder, tmp_path / "witness")
    write(folder, {"src/lib.rs": "dirty"})
    before = fingerprint(folder)

    with opened(folder, cache) as scratch:
        scratch.materialize({LIB: b"changed", PurePosixPath("n.rs"): b"n"})
        scratch.restore()

    assert fingerprint(folder) == before
    assert not (tmp_path / "witness").exists()


def test_a_second_open_touches_no_file(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        before = fingerprint(scratch.root)
    time.sleep(0.02)
    with opened(folder, cache) as scratch:
        assert fingerprint(scratch.root) == before


def test_another_commit_rewrites_only_what_differs(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        manifest = (scratch.root / "Cargo.toml").stat()
    write(folder, {"src/lib.rs": "fn b() {}\n"})
    commit(folder)

    with opened(folder, cache) as scratch:
        assert (scratch.root / LIB).read_bytes() == b"fn b() {}\n"
        assert (scratch.root / "Cargo.toml").stat().st_mtime_ns == manifest.st_mtime_ns


def test_a_commit_with_what_the_overlay_wrote_touches_no_file(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        scratch.materialize({LIB: b"fn merged() {}\n"})
        written = (scratch.root / LIB).stat()
    write(folder, {"src/lib.rs": "fn merged() {}\n"})
    commit(folder)

    with opened(folder, cache) as scratch:
        assert (scratch.root / LIB).stat().st_mtime_ns == written.st_mtime_ns


def test_files_that_the_new_commit_lacks_go_even_when_ignored(folder: Path, cache: Path) -> None:
    write(folder, {".gitignore": "*.gen\n", "deep/er/a.gen": "x", "deep/b.rs": "y"})
    commit(folder)
    with opened(folder, cache) as scratch:
        assert (scratch.root / "deep/er/a.gen").exists()
    git(folder, "rm", "-rq", "deep")
    commit(folder)

    with opened(folder, cache) as scratch:
        assert not (scratch.root / "deep").exists()


def test_leftovers_go_and_ignored_build_outputs_stay(folder: Path, cache: Path) -> None:
    write(folder, {".gitignore": "generated.rs\n"})
    commit(folder)
    with opened(folder, cache) as scratch:
        write(scratch.root, {"generated.rs": "g", "junk/more/a.txt": "j", "src/b.snap": "s"})
        (scratch.root / "src/lib.rs").write_bytes(b"fn z() {}\n")

    with opened(folder, cache) as scratch:
        names = set(listing(scratch.root))
        assert names == {"src/lib.rs", "Cargo.toml", ".gitignore", "generated.rs"}
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"


def test_a_change_of_equal_size_and_time_is_undone(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        path = scratch.root / LIB
        status = path.stat()
        path.write_bytes(b"fn b() {}\n")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    with opened(folder, cache) as scratch:
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"


@pytest.mark.parametrize(
    "attributes",
    [
        "* text=auto eol=crlf\n",
        "* text eol=lf\n",
        "*.rs ident\n",
        "* filter=shout\n",
        "*.rs text working-tree-encoding=UTF-16\n",
        "* crlf=input\n",
    ],
)
def test_bytes_are_those_of_the_commit_whatever_the_attributes(
    attributes: str, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = b"a\r\nb\n$Id$\r\n\xff"
    # Committed before the attributes are, so the blob holds exactly these bytes.
    write(folder, {"src/lib.rs": content})
    commit(folder)
    write(folder, {".gitattributes": attributes})
    git(folder, "add", ".gitattributes")
    git(folder, "commit", "-qm", "attributes")
    configuration = tmp_path / "gitconfig"
    configuration.write_text(
        "[core]\n\tautocrlf = true\n"
        '[filter "shout"]\n\tsmudge = tr a-z A-Z\n\tclean = false\n\trequired = true\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))

    for _ in range(2):
        with opened(folder, cache) as scratch:
            assert (scratch.root / LIB).read_bytes() == content
            assert scratch.changed() == ()


def test_executable_bits_and_links_are_kept(folder: Path, cache: Path) -> None:
    write(folder, {"run.sh": "#!/bin/sh\n"})
    (folder / "run.sh").chmod(0o755)
    (folder / "link.rs").symlink_to("src/lib.rs")
    commit(folder)

    with opened(folder, cache) as scratch:
        scratch.materialize({PurePosixPath("run.sh"): b"#!/bin/sh\ntrue\n"})
        assert os.access(scratch.root / "run.sh", os.X_OK)
        assert (scratch.root / "link.rs").readlink() == Path("src/lib.rs")
        with pytest.raises(CodemodError, match="symbolic link"):
            scratch.materialize({PurePosixPath("link.rs"): b""})


def test_materialize_writes_only_what_differs(folder: Path, cache: Path) -> None:
    new = PurePosixPath("src/new/deep.rs")
    with opened(folder, cache) as scratch:
        assert scratch.materialize({LIB: b"1", new: b"2"}) == (LIB, new)
        assert scratch.materialize({LIB: b"1", new: b"2"}) == ()
        assert scratch.materialize({LIB: b"1"}) == (new,)
        assert not (scratch.root / "src/new").exists()
        assert scratch.materialize({LIB: b"fn a() {}\n"}) == (LIB,)
        assert scratch.materialize({}) == ()
        assert scratch.materialize({LIB: None}) == (LIB,)
        assert not (scratch.root / "src").exists()
        assert scratch.materialize({}) == (LIB,)
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"


def test_a_file_may_give_way_to_a_folder_and_come_back(folder: Path, cache: Path) -> None:
    manifest, inner = PurePosixPath("Cargo.toml"), PurePosixPath("Cargo.toml/inner.rs")
    with opened(folder, cache) as scratch:
        scratch.materialize({manifest: None, inner: b"x"})
        assert (scratch.root / inner).read_bytes() == b"x"
        scratch.materialize({})
        assert (scratch.root / manifest).read_bytes() == b"[package]\n"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../up.rs", "src/../../up.rs", ".git/config", "a/.git/hooks/x"]
)
def test_paths_outside_are_refused(path: str, folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch, pytest.raises(CodemodError, match="not a path inside"):
        scratch.materialize({PurePosixPath(path): b"x"})


def test_a_link_planted_by_analysed_code_does_not_lead_a_write_outside(
    folder: Path, cache: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    write(outside, {"lib.rs": "precious"})
    with opened(folder, cache) as scratch:
        (scratch.root / "src/lib.rs").unlink()
        (scratch.root / "src").rmdir()
        (scratch.root / "src").symlink_to(outside)
        scratch.materialize({LIB: b"evil"})
        assert (scratch.root / LIB).read_bytes() == b"evil"
        assert not (scratch.root / "src").is_symlink()

        scratch.materialize({})
        (scratch.root / "src/lib.rs").unlink()
        (scratch.root / "src").rmdir()
        (scratch.root / "src").symlink_to(outside)
        assert scratch.restore() == (LIB,)
        (scratch.root / "src/lib.rs").unlink()
        (scratch.root / "src").rmdir()
        (scratch.root / "src").symlink_to(outside)
        (scratch.root / ".git/HEAD").unlink()
        (scratch.root / ".git/HEAD").symlink_to(outside / "HEAD")

    with opened(folder, cache) as scratch:
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"
    assert listing(outside) == {"lib.rs": b"precious"}


def test_restore_undoes_what_tests_did_and_keeps_the_overlay(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        scratch.materialize({LIB: b"overlay"})
        write(scratch.root, {"Cargo.toml": "spoiled", "src/lib.rs": "spoiled"})
        assert scratch.changed() == (PurePosixPath("Cargo.toml"),)
        assert set(scratch.restore()) == {LIB, PurePosixPath("Cargo.toml")}
        assert listing(scratch.root) == {"src/lib.rs": b"overlay", "Cargo.toml": b"[package]\n"}


def test_read_only_folders_of_tests_can_be_removed(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        write(scratch.root, {"junk/inner/a": "a"})
        (scratch.root / "junk/inner").chmod(0o500)
        (scratch.root / "junk").chmod(0o500)

    with opened(folder, cache) as scratch:
        assert not (scratch.root / "junk").exists()


def test_what_lies_outside_can_be_linked(folder: Path, cache: Path) -> None:
    write(folder.parent, {"dep/Cargo.toml": "dep", "dep/inner/x": "x"})
    with opened(folder, cache) as scratch:
        link = scratch.link_outside(folder.parent / "dep/inner")
        assert link.joinpath("x").read_text() == "x"
        scratch.link_outside(folder.parent / "dep")
        scratch.link_outside(folder.parent / "dep/inner")
        assert (scratch.root / "../dep/Cargo.toml").read_text() == "dep"
        for path in (folder, folder / "src", folder.parent, Path("relative")):
            with pytest.raises(UsageError):
                scratch.link_outside(path)

    with opened(folder, cache) as scratch:
        assert [path.name for path in scratch.root.parent.iterdir()] == ["repo"]
    assert (folder.parent / "dep/inner/x").exists()


def test_the_analysed_code_sees_a_repository(folder: Path, cache: Path) -> None:
    git(folder, "tag", "-a", "-m", "t", "v1.2.3")
    with opened(folder, cache) as scratch:
        assert git(scratch.root, "describe", "--dirty") == "v1.2.3"
        assert git(scratch.root, "rev-parse", "--abbrev-ref", "HEAD") == "main"
        assert git(scratch.root, "status", "--porcelain") == ""


def test_submodules_come_from_the_users_stores(folder: Path, cache: Path, tmp_path: Path) -> None:
    leaf = make_repository(tmp_path / "leaf", {"leaf.rs": "leaf"})
    library = make_repository(tmp_path / "library", {"lib.rs": "library"})
    git(library, "submodule", "add", "-q", str(leaf), "nested")
    commit(library)
    git(folder, "submodule", "add", "-q", str(library), "vendor/library")
    git(folder, "submodule", "update", "-q", "--init", "--recursive")
    commit(folder)
    before = fingerprint(folder)

    with opened(folder, cache) as scratch:
        files = listing(scratch.root)
        assert files["vendor/library/lib.rs"] == b"library"
        assert files["vendor/library/nested/leaf.rs"] == b"leaf"
        assert scratch.missing_submodules == ()
        with pytest.raises(CodemodError, match="submodule"):
            scratch.materialize({PurePosixPath("vendor/library/lib.rs"): b""})
        stamp = fingerprint(scratch.root)
    with opened(folder, cache) as scratch:
        assert fingerprint(scratch.root) == stamp
    assert fingerprint(folder) == before


def test_a_submodule_that_was_never_fetched_is_named(folder: Path, cache: Path, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library", {"lib.rs": "library"})
    git(folder, "submodule", "add", "-q", str(library), "vendor/library")
    commit(folder)
    git(tmp_path, "clone", "-q", str(folder), "clone")

    with opened(tmp_path / "clone", cache) as scratch:
        assert scratch.missing_submodules == ("vendor/library",)
        assert "src/lib.rs" in listing(scratch.root)


def test_linked_worktrees_shallow_clones_and_borrowed_stores_work(
    folder: Path, cache: Path, tmp_path: Path
) -> None:
    write(folder, {"src/lib.rs": "second"})
    commit(folder)
    git(folder, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{folder}", "shallow")
    git(tmp_path, "clone", "-q", "--shared", str(folder), "shared")
    git(tmp_path, "clone", "-q", "--shared", str(tmp_path / "shared"), "shared-twice")
    store = tmp_path / "shared-twice/.git/objects/info/alternates"
    store.write_text("../../../shared/.git/objects\n")

    for name in ("linked", "shallow", "shared-twice"):
        with opened(tmp_path / name, cache) as scratch:
            assert listing(scratch.root)["src/lib.rs"] == b"second", name
            assert git(scratch.root, "log", "--oneline"), name


def test_sha256_repositories_work(cache: Path, tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "sha256", object_format="sha256")
    with opened(folder, cache) as scratch:
        assert scratch.materialize({LIB: b"x"}) == (LIB,)
        assert scratch.materialize({}) == (LIB,)
        assert git(scratch.root, "status", "--porcelain") == ""


def test_a_repository_that_was_made_anew_with_other_hashes_is_understood(cache: Path, tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "repo")
    opened(folder, cache).close()
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    make_repository(folder, {"b.rs": "b"}, object_format="sha256")

    with opened(folder, cache) as scratch:
        assert listing(scratch.root) == {"b.rs": b"b"}


@pytest.mark.parametrize("broken", ["git/index", "git/HEAD", "git/config", "git/objects/info/alternates"])
def test_a_broken_git_directory_is_repaired(broken: str, folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        home = scratch.writable.parent
    (home / broken).write_bytes(b"DIRC broken")
    (home / "git/index.lock").write_bytes(b"")

    with opened(folder, cache) as scratch:
        assert listing(scratch.root)["src/lib.rs"] == b"fn a() {}\n"


def test_two_runs_on_one_repository_do_not_meet(folder: Path, cache: Path) -> None:
    told: list[str] = []
    repository = Repository.open(folder)
    with opened(folder, cache), pytest.raises(MachineError, match=f"process {os.getpid()}") as caught:
        Scratch.open(repository, repository.head, cache, wait_seconds=0.3, on_wait=told.append)

    assert caught.value.exit_code is ExitCode.MACHINE
    assert len(told) == 1
    opened(folder, cache).close()


def test_a_cache_inside_the_repository_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="inside the repository"):
        opened(folder, folder / "cache")


def test_a_full_disk_is_said_as_such(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(folder, cache) as scratch:
        monkeypatch.setattr("codemods.vcs.scratch.write_file", full)
        with pytest.raises(MachineError, match="disk is full") as caught:
            scratch.materialize({LIB: b"x"})
    assert caught.value.hint is not None
    assert overlay.read_file(scratch.root, LIB) == b"fn a() {}\n"


KILLED = """
import sys
import threading
from itertools import count
from pathlib import Path, PurePosixPath
from codemods.vcs.repository import Repository
from codemods.vcs.scratch import Scratch

repository = Repository.open(Path(sys.argv[1]))
for number in count():
    with Scratch.open(repository, repository.head, Path(sys.argv[2])) as scratch:
        for step in range(3):
            overlay = {PurePosixPath(f"new/{n}.rs"): b"n" * 999 * number for n in range(40)}
            overlay |= {PurePosixPath(f"src/{n}.rs"): b"c" * 99 * step for n in range(0, 60, 2)}
            overlay |= {PurePosixPath(f"src/{n}.rs"): None for n in range(1, 60, 5)}
            scratch.materialize(overlay)
            print(flush=True)
            scratch.materialize({})
"""


def test_a_kill_at_any_moment_is_repaired_by_the_next_open(tmp_path: Path, cache: Path) -> None:
    files = {f"src/{number}.rs": f"fn f{number}() {{}}\n" * 50 for number in range(60)}
    folder = make_repository(tmp_path / "repo", {**files, ".gitignore": "new/\n"})
    before = fingerprint(folder)
    expected = {name: content.encode() for name, content in files.items()} | {".gitignore": b"new/\n"}

    for delay in (0.0, 0.003, 0.007, 0.012, 0.02, 0.033, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder), str(cache)],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout is not None
        process.stdout.readline()  # it works by now
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

        with opened(folder, cache) as scratch:
            assert listing(scratch.root) == expected
    assert fingerprint(folder) == before


def test_a_full_disk_is_said_also_where_git_does_not_say_it(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(folder, cache) as scratch:
        (scratch.root / "src/lib.rs").unlink()
        (scratch.root / "src").rmdir()
        (scratch.root / "src").write_text("")
        (scratch.root / "Cargo.toml").unlink()
        monkeypatch.setattr("codemods.vcs.checkout.is_full", lambda _: True)
        (scratch.writable.parent / "git/objects/info/alternates").write_text("")
        with pytest.raises(MachineError, match="the disk is full"):
            scratch.restore()
        monkeypatch.setattr("codemods.vcs.checkout.is_full", lambda _: False)
        with pytest.raises(MachineError, match="could not be written"):
            scratch.restore()

    with opened(folder, cache) as scratch:
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"


def test_a_second_name_of_a_file_is_not_written_to(folder: Path, cache: Path, tmp_path: Path) -> None:
    with opened(folder, cache) as scratch:
        os.link(scratch.root / LIB, tmp_path / "second")
        scratch.materialize({LIB: b"overlay"})
        assert (tmp_path / "second").read_bytes() == b"fn a() {}\n"
        os.link(scratch.root / LIB, tmp_path / "third")
        scratch.materialize({})
        assert (tmp_path / "third").read_bytes() == b"overlay"
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"


def test_a_file_is_written_in_place_whether_it_grows_or_shrinks(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        node = (scratch.root / LIB).stat().st_ino
        for content in (b"", b"x" * 100_000, b"short"):
            scratch.materialize({LIB: content})
            assert (scratch.root / LIB).read_bytes() == content
        scratch.materialize({})
        assert (scratch.root / LIB).read_bytes() == b"fn a() {}\n"
        assert (scratch.root / LIB).stat().st_ino == node


def test_a_read_only_or_wrongly_executable_file_is_made_anew(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        (scratch.root / LIB).chmod(0o777)
        scratch.materialize({LIB: b"x"})
        assert not os.access(scratch.root / LIB, os.X_OK)
        (scratch.root / LIB).chmod(0o444)
        scratch.materialize({LIB: b"y"})
        assert (scratch.root / LIB).read_bytes() == b"y"


def test_a_lock_whose_file_was_deleted_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    path = tmp_path / "home/lock"
    first = Lock.acquire(path, 0)
    waiting = threading.Thread(target=lambda: locks.append(Lock.acquire(path, 5)))
    locks: list[Lock] = []
    waiting.start()
    time.sleep(0.15)
    path.unlink()
    path.parent.rmdir()
    first.release()
    waiting.join()

    with pytest.raises(MachineError):
        Lock.acquire(path, 0)
    locks[0].release()
    Lock.acquire(path, 0).release()


def test_a_partial_clone_is_used_as_it_is_and_never_completed(
    folder: Path, cache: Path, tmp_path: Path
) -> None:
    git(folder, "config", "uploadpack.allowFilter", "true")
    write(folder, {"src/old.rs": "old"})
    commit(folder)
    git(folder, "rm", "-q", "src/old.rs")
    commit(folder)
    clone = ("clone", "-q", "--filter=blob:none")
    git(tmp_path, *clone, f"file://{folder}", "partial")
    git(tmp_path, *clone, "--no-checkout", f"file://{folder}", "empty")

    with opened(tmp_path / "partial", cache) as scratch:
        assert "src/lib.rs" in listing(scratch.root)
    before = fingerprint(tmp_path / "empty")
    with pytest.raises(MachineError, match="could not be written") as caught:
        opened(tmp_path / "empty", cache)
    assert caught.value.hint is not None
    assert "partial clone" in caught.value.hint
    assert fingerprint(tmp_path / "empty") == before


def test_sparse_checkouts_are_analysed_whole(folder: Path, cache: Path) -> None:
    git(folder, "sparse-checkout", "set", "--no-cone", "/Cargo.toml")
    assert not (folder / "src").exists()
    with opened(folder, cache) as scratch:
        assert set(listing(scratch.root)) == {"src/lib.rs", "Cargo.toml"}


def test_a_file_name_that_is_no_text_is_kept(folder: Path, cache: Path) -> None:
    name = os.fsdecode(b'src/\xff\n\\".rs')
    write(folder, {name: "odd"})
    commit(folder)
    with opened(folder, cache) as scratch:
        assert listing(scratch.root)[name] == b"odd"
        assert scratch.materialize({PurePosixPath(name): b"new"}) == (PurePosixPath(name),)
        assert scratch.materialize({}) == (PurePosixPath(name),)
        assert listing(scratch.root)[name] == b"odd"


def test_a_folder_above_the_files_that_became_a_link_stops_the_run(folder: Path, cache: Path) -> None:
    before = fingerprint(folder)
    with opened(folder, cache) as scratch:
        above = scratch.inside(folder.parent)
        above.rename(above.with_name("away"))
        above.symlink_to(folder.parent)  # now the root in scratch is the user's own
        with pytest.raises(MachineError, match="moved the scratch checkout"):
            scratch.materialize({LIB: b"evil"})
        with pytest.raises(MachineError, match="moved the scratch checkout"):
            scratch.restore()
    with opened(folder, cache) as scratch:
        scratch.materialize({LIB: b"new"})
    assert fingerprint(folder) == before


def test_a_link_planted_above_a_submodule_gives_way(folder: Path, cache: Path, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library", {"lib.rs": "library"})
    write(folder, {".gitignore": "vendor\n"})
    git(folder, "submodule", "add", "-f", "-q", str(library), "vendor/library")
    commit(folder)
    (tmp_path / "outside").mkdir()
    with opened(folder, cache) as scratch:
        (scratch.root / "vendor").rename(scratch.root / "away")
        (scratch.root / "vendor").symlink_to(tmp_path / "outside")

    with opened(folder, cache) as scratch:
        assert listing(scratch.root)["vendor/library/lib.rs"] == b"library"
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_write_that_failed_half_way_is_taken_back(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = PurePosixPath("Cargo.toml")
    real = overlay.write_file

    def failing(
        root: Path, path: PurePosixPath, content: bytes, *, executable: bool, temporary: Path
    ) -> None:
        if path == LIB:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(root, path, content, executable=executable, temporary=temporary)

    with opened(folder, cache) as scratch:
        with monkeypatch.context() as patch, pytest.raises(MachineError):
            patch.setattr("codemods.vcs.scratch.write_file", failing)
            scratch.materialize({manifest: b"changed", LIB: b"changed"})
        assert scratch.materialize({}) == (manifest,)
        assert listing(scratch.root) == {"src/lib.rs": b"fn a() {}\n", "Cargo.toml": b"[package]\n"}


def test_folders_of_single_steps_that_a_kill_left_behind_go(folder: Path, cache: Path) -> None:
    with opened(folder, cache) as scratch:
        home = scratch.writable.parent
    write(home, {"codemod-shadow-x/src/lib.rs": "fn b() {}", "target/debug/lib.rlib": "built"})
    (home / "codemod-shadow-x/link").symlink_to(folder)

    with opened(folder, cache):
        assert not list(home.glob("codemod-*"))
        assert (home / "target/debug/lib.rlib").exists()
        assert (folder / "src/lib.rs").exists(), "links are not followed"

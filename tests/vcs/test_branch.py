from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import pytest
from git import Repo

from codemods.errors import CodemodError, ExitCode, MachineError, UsageError
from codemods.vcs.branch import Built, CommitPlan, Written, build_commits, publish
from codemods.vcs.git import Git, Output
from codemods.vcs.identity import Identity
from codemods.vcs.names import BranchTaken, next_free_branch
from codemods.vcs.notes import noted_branches, read_note
from codemods.vcs.repository import Repository
from tests.vcs.repos import IDENTITY, arm_hooks, commit, fingerprint, git, make_repository, write

LIB = PurePosixPath("src/lib.rs")
NAME = "codemod/try-macro"
PLANS = [CommitPlan("Use ?\n\nCodemod-Grade: C\n", {LIB: b"fn b() {}\r\n"})]


def write_branch(
    repository: Repository,
    base: str,
    plans: Sequence[CommitPlan],
    *,
    branch: str,
    note_text: Callable[[Built], str],
) -> Written:
    """Build the commits and publish them with a note that may name them."""
    built = build_commits(repository, base, plans)
    return publish(repository, built, branch=branch, note=note_text(built).encode(errors="surrogateescape"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo")


@pytest.fixture
def repository(folder: Path) -> Repository:
    return Repository.open(folder)


def written(repository: Repository, plans: list[CommitPlan], branch: str = NAME) -> str:
    result = write_branch(
        repository, repository.head, plans, branch=branch, note_text=lambda built: f"note on {built.tip}"
    )
    return result.tip


def test_the_branch_holds_the_commits_in_order_with_exact_bytes(repository: Repository) -> None:
    new = PurePosixPath('deep/er/"q\\uote ü\n.rs')
    plans = [
        CommitPlan("One\n\nCodemod-Grade: C\n", {LIB: b"1\r\n\0\xff"}),
        CommitPlan("Two", {new: b"no newline at the end", PurePosixPath("Cargo.toml"): None}),
    ]
    result = write_branch(repository, repository.head, plans, branch=NAME, note_text=lambda _: "n")
    messages = git(repository.root, "log", "--format=%B%x00", "--reverse", f"main..{NAME}")

    assert messages.split("\0\n") == ["One\n\nCodemod-Grade: C\n", "Two\n\0"]
    assert result.commits == tuple(git(repository.root, "rev-list", "--reverse", f"main..{NAME}").split())
    assert result.branch == NAME
    assert repository.read(result.commits[0], LIB) == b"1\r\n\0\xff"
    assert set(repository.tracked_files(result.tip)) == {LIB, new}
    assert git(repository.root, "rev-parse", f"{result.commits[0]}^") == repository.head
    git(repository.root, "fsck", "--strict")


def test_git_makes_the_same_tree(folder: Path, repository: Repository) -> None:
    write(folder, {"run.sh": "#!/bin/sh\n", "a/b/c.rs": "c", "a/z.rs": "z"})
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("src")
    commit(folder)
    repository = Repository.open(folder)
    files = {
        PurePosixPath("run.sh"): b"#!/bin/sh\ntrue\n",
        PurePosixPath("a/b/c.rs"): None,
        PurePosixPath("new/n.rs"): b"n",
    }
    tip = written(repository, [CommitPlan("x", files)])

    write(folder, {"run.sh": "#!/bin/sh\ntrue\n", "new/n.rs": "n"})
    (folder / "a/b/c.rs").unlink()
    commit(folder)
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    assert git(folder, "rev-parse", f"{tip}^{{tree}}") == tree
    assert build_commits(repository, repository.head, [CommitPlan("tree", files)]).tree == tree


def test_modes_that_only_old_git_wrote_stay_in_untouched_files(folder: Path) -> None:
    blob = git(folder, "hash-object", "-w", "--stdin", stdin=b"x")
    listing = f"100664 blob {blob}\told.rs\n100644 blob {blob}\tnew.rs\n".encode()
    tree = git(folder, "mktree", stdin=listing)
    base = git(folder, "commit-tree", tree, "-m", "old")
    repository = Repository.open(folder)
    result = write_branch(
        repository,
        base,
        [CommitPlan("x", {PurePosixPath("new.rs"): b"y"})],
        branch=NAME,
        note_text=lambda _: "",
    )

    assert git(folder, "diff", "--name-only", base, result.tip) == "new.rs"


def test_nothing_but_branch_and_note_changes(folder: Path, repository: Repository, tmp_path: Path) -> None:
    arm_hooks(folder, tmp_path / "witness")
    for key in ("commit.gpgSign", "tag.gpgSign", "core.autocrlf"):
        git(folder, "config", key, "true")
    git(folder, "config", "gpg.program", "/bin/false")
    write(folder, {"src/lib.rs": "dirty", "untracked.rs": "u"})
    before = git(folder, "for-each-ref")
    tree = (
        fingerprint(folder / "src"),
        (folder / ".git/index").read_bytes(),
        (folder / ".git/HEAD").read_bytes(),
    )

    tip = written(repository, PLANS)

    after = set(git(folder, "for-each-ref", "--format=%(refname)").split())
    assert after == {"refs/heads/main", f"refs/heads/{NAME}", "refs/notes/codemod"}
    assert before in git(folder, "for-each-ref")
    assert tree == (
        fingerprint(folder / "src"),
        (folder / ".git/index").read_bytes(),
        (folder / ".git/HEAD").read_bytes(),
    )
    assert repository.read(tip, LIB) == b"fn b() {}\r\n"
    assert not (tmp_path / "witness").exists()


def test_building_without_publishing_writes_nothing(folder: Path, repository: Repository) -> None:
    before = fingerprint(folder)
    built = build_commits(repository, repository.head, PLANS)
    nothing = build_commits(repository, repository.head, [])

    assert built.tree != nothing.tree
    assert nothing.tree == git(folder, "rev-parse", "HEAD^{tree}")
    assert nothing.tip == repository.head
    assert fingerprint(folder) == before


def test_the_note_is_on_the_tip_and_can_name_it(repository: Repository) -> None:
    tip = written(repository, PLANS)

    assert read_note(repository, tip) == f"note on {tip}".encode()
    assert read_note(repository, repository.head) is None
    assert git(repository.root, "notes", "--ref=codemod", "show", NAME) == f"note on {tip}"
    assert [(branch.name, branch.tip) for branch in noted_branches(repository)] == [(NAME, tip)]


def test_notes_of_others_stay_also_when_there_are_many(folder: Path, repository: Repository) -> None:
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    pieces = []
    for n in range(1, 400):
        header = f"committer A <a@b> {n} +0000\ndata 1\nx\n"
        pieces.append(f"commit refs/heads/x\nmark :{n}\n{header}")
        if n < 390:
            pieces.append(f"commit refs/notes/codemod\n{header}N inline :{n}\ndata 3\n{n:03}\n")
    stream = "".join(pieces)
    git(folder, "fast-import", "--quiet", stdin=stream.encode())
    noted = git(folder, "rev-parse", "x~392")
    assert git(folder, "ls-tree", "refs/notes/codemod").count(" tree ") > 100  # fanned out

    plans = [[CommitPlan(f"plan {number}", PLANS[0].files)] for number in range(3)]
    tips = [written(repository, plan, f"codemod/{number}") for number, plan in enumerate(plans)]

    assert len(git(folder, "notes", "--ref=codemod", "list").splitlines()) == 389 + 3
    assert read_note(repository, noted) == b"007"
    assert all(read_note(repository, tip) for tip in tips)
    assert git(folder, "rev-parse", "HEAD^{tree}") == tree
    git(folder, "fsck", "--strict")


def test_many_files_become_one_pack(folder: Path, repository: Repository) -> None:
    files: dict[PurePosixPath, bytes | None] = {PurePosixPath(f"src/{n}.rs"): b"%d" % n for n in range(300)}
    tip = written(repository, [CommitPlan("many", files)])

    assert len(repository.tracked_files(tip)) == 302
    assert list((folder / ".git/objects/pack").glob("*.pack"))
    git(folder, "fsck", "--strict")


def test_the_next_free_name_is_taken(repository: Repository) -> None:
    assert next_free_branch(repository, NAME) == NAME
    git(repository.root, "branch", NAME)
    assert next_free_branch(repository, NAME) == f"{NAME}-2"
    git(repository.root, "branch", f"{NAME}-2")
    git(repository.root, "branch", f"{NAME}-3/below")
    git(repository.root, "pack-refs", "--all")
    assert next_free_branch(repository, NAME) == f"{NAME}-4"
    git(repository.root, "branch", f"{NAME.upper()}-4")
    assert next_free_branch(repository, NAME) == f"{NAME}-5"


@pytest.mark.parametrize(
    "name", ["a..b", "with space", "-x", "HEAD", "x.lock", "", "a//b", "x\ncreate refs/heads/y"]
)
def test_names_that_git_refuses_are_explained(name: str, repository: Repository) -> None:
    with pytest.raises(UsageError, match="no name that git allows"):
        written(repository, PLANS, name)


def test_a_taken_branch_is_said_and_nothing_is_written(folder: Path, repository: Repository) -> None:
    git(folder, "branch", "taken")
    before = fingerprint(folder)
    with pytest.raises(BranchTaken, match="`taken` exists already"):
        written(repository, PLANS, "taken")
    assert fingerprint(folder) == before


def test_a_branch_in_the_way_is_explained(repository: Repository) -> None:
    git(repository.root, "branch", "codemod")
    with pytest.raises(BranchTaken, match="because branch `codemod` exists"):
        next_free_branch(repository, NAME)
    with pytest.raises(BranchTaken, match="because branch `codemod` exists"):
        written(repository, PLANS)


def test_a_branch_that_appears_meanwhile_is_not_overwritten(
    folder: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = build_commits(repository, repository.head, PLANS)
    monkeypatch.setattr("codemods.vcs.branch.check_branch", lambda *_: None)
    git(folder, "branch", NAME)

    with pytest.raises(BranchTaken):
        publish(repository, built, branch=NAME, note=b"n")

    assert git(folder, "rev-parse", NAME) == repository.head
    assert "refs/notes" not in git(folder, "for-each-ref")


def test_a_locked_ref_leaves_neither_branch_nor_note(folder: Path, repository: Repository) -> None:
    lock = folder / ".git/refs/notes/codemod.lock"
    lock.parent.mkdir()
    lock.write_bytes(b"")

    with pytest.raises(MachineError, match="nothing was") as caught:
        written(repository, PLANS)

    assert caught.value.exit_code is ExitCode.MACHINE
    assert caught.value.hint is not None
    assert git(folder, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("missing.rs", None, "does not have"),
        ("link", b"x", "symbolic link"),
        ("link/inside.rs", b"x", "on the way"),
        ("Cargo.toml/inside.rs", b"x", "on the way"),
        ("src", b"x", "folder has the name"),
        ("../up.rs", b"x", "not a path"),
        (".git/config", b"x", "not a path"),
        ("a/.GIT/config", b"x", "not a path"),
    ],
)
def test_plans_that_would_destroy_something_are_refused(
    path: str, content: bytes | None, said: str, folder: Path
) -> None:
    (folder / "link").symlink_to("src")
    commit(folder)
    repository = Repository.open(folder)
    with pytest.raises(CodemodError, match=said):
        build_commits(repository, repository.head, [CommitPlan("x", {PurePosixPath(path): content})])


def test_a_file_may_give_way_to_a_folder_of_its_name(repository: Repository) -> None:
    manifest, inner = PurePosixPath("Cargo.toml"), PurePosixPath("Cargo.toml/x.rs")
    built = build_commits(repository, repository.head, [CommitPlan("x", {manifest: None, inner: b"x"})])

    assert len(built.commits) == 1


def without_identity(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in (*IDENTITY, "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git(folder, "config", "--remove-section", "user")


def test_without_an_identity_a_last_resort_is_used_and_said(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_identity(monkeypatch, repository.root)
    result = write_branch(repository, repository.head, PLANS, branch=NAME, note_text=lambda _: "n")

    assert git(repository.root, "log", "-1", "--format=%an <%ae> %cn <%ce>", NAME) == (
        "codemod <codemod@localhost> codemod <codemod@localhost>"
    )
    assert len(result.notes) == 1
    assert "user.name" in result.notes[0]


def test_the_users_identity_is_used_as_git_would(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_identity(monkeypatch, repository.root)
    git(repository.root, "config", "user.name", "Grace Ü")
    git(repository.root, "config", "user.email", "grace@example.org")
    git(repository.root, "config", "committer.name", "Bot")
    result = write_branch(repository, repository.head, PLANS, branch=NAME, note_text=lambda _: "n")

    assert git(repository.root, "log", "-1", "--format=%an <%ae>|%cn <%ce>", NAME) == (
        "Grace Ü <grace@example.org>|Bot <grace@example.org>"
    )
    assert result.notes == ()


def test_worktrees_shallow_clones_and_sha256_get_their_branch(folder: Path, tmp_path: Path) -> None:
    commit(folder)
    git(folder, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{folder}", "shallow")
    make_repository(tmp_path / "sha256", object_format="sha256")

    for name in ("linked", "shallow", "sha256"):
        repository = Repository.open(tmp_path / name)
        tip = written(repository, PLANS)
        assert git(tmp_path / name, "rev-parse", NAME) == tip, name
        assert read_note(repository, tip) is not None, name
        git(tmp_path / name, "fsck")
    assert git(folder, "rev-parse", NAME)  # that of the linked worktree


def test_the_environment_of_a_hook_does_not_lead_astray(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repository(tmp_path / "other", {"o.rs": "o"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    before = fingerprint(other)
    repository = Repository.open(folder)

    written(repository, PLANS)

    assert repository.root == folder
    assert fingerprint(other) == before


WRITER = """
import sys
from itertools import count
from pathlib import Path, PurePosixPath
from codemods.vcs.branch import CommitPlan, build_commits, publish
from codemods.vcs.repository import Repository

def str_tip(built):
    return built.tip

repository = Repository.open(Path(sys.argv[1]))
for number in count():
    files = {PurePosixPath(f"src/{n}.rs"): b"%d %d" % (n, number) for n in range(30)}
    plans = [CommitPlan(f"commit {n}", files | {PurePosixPath("n"): b"%d" % n}) for n in range(3)]
    print(flush=True)
    built = build_commits(repository, repository.head, plans)
    publish(repository, built, branch=f"codemod/{number}", note=str_tip(built).encode())
"""


def test_a_kill_leaves_whole_branches_only(folder: Path) -> None:
    index, head = (folder / ".git/index").read_bytes(), git(folder, "rev-parse", "HEAD")
    for delay in (0.0, 0.004, 0.01, 0.017, 0.025, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        time.sleep(0.05)  # a git that was moving refs ends by itself

        assert not list((folder / ".git").rglob("*.lock"))
        for branch in git(
            folder, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/codemod"
        ).split():
            assert git(folder, "rev-list", "--count", f"main..{branch}") == "3"
            assert git(folder, "notes", "--ref=codemod", "show", branch) == git(folder, "rev-parse", branch)
            git(folder, "branch", "-D", "-q", branch)
    git(folder, "fsck", "--strict")
    assert git(folder, "status", "--porcelain") == ""
    assert (git(folder, "rev-parse", "HEAD"), (folder / ".git/index").read_bytes()) == (head, index)


def test_built_tells_its_tip() -> None:
    assert Built("base", ("one", "two"), "tree", b"", Identity("a", "c")).tip == "two"


def test_a_store_that_cannot_be_written_to_is_said(
    folder: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Git.attempt

    def refusing(self: Git, *arguments: str, stdin: bytes = b"") -> Output:
        if arguments[0] == "unpack-objects" and self.directory == folder:
            return Output(128, b"", "error: insufficient permission for adding an object")
        return real(self, *arguments, stdin=stdin)

    built = build_commits(repository, repository.head, PLANS)
    monkeypatch.setattr("codemods.vcs.git.Git.attempt", refusing)  # root may write everywhere
    before = fingerprint(folder)
    with pytest.raises(MachineError, match="insufficient permission"):
        publish(repository, built, branch=NAME, note=b"n")
    assert fingerprint(folder) == before


def test_a_path_that_is_no_text_can_be_changed(folder: Path) -> None:
    path = PurePosixPath(os.fsdecode(b"src/\xff.rs"))
    write(folder, {str(path): "odd"})
    head = commit(folder)
    repository = Repository.open(folder)
    tip = written(repository, [CommitPlan("x", {path: b"new"})])
    assert repository.read(tip, path) == b"new"
    assert repository.read(head, path) == b"odd"


def test_gitpython_reads_the_same_from_branch_and_note(repository: Repository) -> None:
    plans = [*PLANS, CommitPlan("Two", {PurePosixPath("Cargo.toml"): None})]
    result = write_branch(repository, repository.head, plans, branch=NAME, note_text=lambda b: b.tip)

    with Repo(repository.root) as repo:
        two = repo.commit(NAME)
        one = two.parents[0]
        assert (one.hexsha, two.hexsha) == result.commits
        assert [parent.hexsha for parent in one.parents] == [repository.head]
        assert one.message == PLANS[0].message
        assert (one.author.name, one.author.email) == ("Ada", "ada@example.org")
        assert not one.gpgsig
        assert (one.tree / str(LIB)).data_stream.read() == PLANS[0].files[LIB]
        assert two.tree.join(str(LIB)).hexsha == one.tree.join(str(LIB)).hexsha
        assert one.diff(two)[0].a_path == "Cargo.toml"
        assert repo.git.notes("--ref=codemod", "show", NAME) == result.tip
        assert not repo.is_dirty(untracked_files=True)


PUBLISH = """\
import sys; from pathlib import Path; from codemods.vcs.branch import CommitPlan, build_commits, publish
from codemods.vcs.repository import Repository
from pathlib import PurePosixPath
repository = Repository.open(Path(sys.argv[1]))
plan = CommitPlan(sys.argv[2], {PurePosixPath("src/lib.rs"): sys.argv[2].encode()})
built = build_commits(repository, repository.head, [plan])
sys.stdin.readline()
publish(repository, built, branch=sys.argv[2], note=sys.argv[2].encode())
"""


def test_several_writers_at_once_keep_all_branches_and_notes(folder: Path, repository: Repository) -> None:
    names = [f"codemod/{number}" for number in range(4)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISH, str(folder), name],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()

    errors = [writer.communicate(timeout=60)[1] for writer in writers]

    assert errors == [""] * 4
    for name in names:
        assert git(folder, "notes", "--ref=codemod", "show", name) == name
    assert sorted(noted.name for noted in noted_branches(repository)) == names

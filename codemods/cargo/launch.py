"""Start a command so that nothing of it is left behind: a program of its own, run by path, for Linux.

    python -I -S launch.py PLAN COMMAND ARGUMENT...

PLAN is JSON. With `mounts` the command runs in namespaces of its own, where bubblewrap is not there:
all of the machine read-only but for these (see `view.py`), no network unless `network`,
no other process visible where `proc`. Without `mounts` it runs as it is; whatever it leaves behind comes
back to us, even out of a session of its own, and is killed.

Ends as the command did; 125 with a message where the cage cannot be built. Imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from typing import Any, NoReturn

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 24, 36, 38
_NEW_NS, _NEW_UTS, _NEW_IPC, _NEW_USER = 0x00020000, 0x04000000, 0x08000000, 0x10000000
_NEW_PID, _NEW_NET = 0x20000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_MOUNT_SETATTR = 442  # the same on every architecture
_AT_FDCWD, _AT_RECURSIVE, _RDONLY = -100, 0x8000, 1
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_TEMPORARY_SIZE = "size=1073741824"
_CANNOT = 125
_ROUNDS = 200  # of killing what is left
_TERM_GRACE = 1  # second

_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> NoReturn:
    """Run the command that the arguments name, and end as it did."""
    plan, command = json.loads(arguments[0]), arguments[1:]
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0), "prctl")
    try:
        status = _caged(plan, command) if "mounts" in plan else _supervised(command)
    except OSError as error:
        print(f"codemod: {error.filename or 'cage'}: {error.strerror}", file=sys.stderr)
        os._exit(_CANNOT)
    _end_as(status)


def _supervised(command: list[str]) -> int:
    """Run the command; then kill all that it left, wherever it went."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    signal.signal(signal.SIGTERM, lambda *_: signal.alarm(_TERM_GRACE))  # the command was told as well
    signal.signal(signal.SIGALRM, lambda *_: _kill_everything())
    child = os.fork()
    if child == 0:
        _run(command)
    status = _wait_for(child)
    _kill_everything()
    return status


def _kill_everything() -> None:
    """Kill all descendants. They are stopped first: else some start more than are killed."""
    for _ in range(_ROUNDS):
        found = _descendants()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                try:
                    os.kill(pid, number)
                except OSError:
                    continue
        if not found:
            return
        _reap()


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
    time.sleep(0.002)


def _descendants() -> list[int]:
    """Return all processes below this one but those that have ended."""
    found: list[int] = []
    queue = [os.getpid()]
    while queue:
        pid = queue.pop()
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                    queue += map(int, file.read().split())
            with open(f"/proc/{pid}/stat", "rb") as file:
                is_zombie = file.read().rpartition(b")")[2].split()[0] == b"Z"
        except OSError:
            continue
        if not is_zombie and pid != os.getpid():
            found.append(pid)
    return found


def _caged(plan: dict[str, Any], command: list[str]) -> int:
    """Run the command in namespaces of its own; all of it ends with the first process of these."""
    uid, gid, here = os.getuid(), os.getgid(), os.getcwd()
    flags = _NEW_USER | _NEW_NS | _NEW_PID | _NEW_IPC | _NEW_UTS
    _check(_libc.unshare(flags | (0 if plan["network"] else _NEW_NET)), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    first = os.fork()
    if first == 0:
        _first_process(plan, command, here)
    signal.signal(signal.SIGTERM, lambda *_: signal.alarm(_TERM_GRACE))
    signal.signal(signal.SIGALRM, lambda *_: os.kill(first, signal.SIGKILL))
    return _wait_for(first)


def _first_process(plan: dict[str, Any], command: list[str], here: str) -> NoReturn:
    try:
        _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
        _mount_all(plan["mounts"], proc=plan["proc"])
        for capability in range(64):
            if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                break
        _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
        os.chdir(here)
        child = os.fork()
        if child == 0:
            _run(command)
        status = _wait_for(child)
    except OSError as error:
        print(f"codemod: {error.filename or 'cage'}: {error.strerror}", file=sys.stderr)
        os._exit(_CANNOT)
    # The first process of a namespace cannot end by a signal of its own: a shell's code says which.
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _mount_all(mounts: list[tuple[str, str]], *, proc: bool) -> None:
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    sources = {path: os.open(path, os.O_PATH) for kind, path in mounts if kind in ("read", "write")}
    devices = {name: os.open(f"/dev/{name}", os.O_PATH) for name in _DEVICES}
    _set_read_only("/", recursive=True)
    _mount_devices(devices)
    for kind, path in mounts:
        if kind == "seal":
            _set_read_only(path)
        elif kind in ("empty", "temporary"):
            _make(path, is_folder=True)
            _mount("tmpfs", path, "tmpfs", _MS_NOSUID | _MS_NODEV, _TEMPORARY_SIZE)
        elif kind == "null":
            _bind(devices["null"], path)
        else:
            _bind(sources[path], path, writable=kind == "write")
    if proc:
        _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    for descriptor in (*sources.values(), *devices.values()):
        os.close(descriptor)


def _mount_devices(devices: dict[str, int]) -> None:
    """The disks of the machine are no business of a build, which may run as root."""
    _mount("tmpfs", "/dev", "tmpfs", _MS_NOSUID, "mode=755")
    for name, source in devices.items():
        _bind(source, f"/dev/{name}")
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        os.symlink(f"/proc/self/fd/{number}", f"/dev/{name}")
    os.symlink("/proc/self/fd", "/dev/fd")
    os.mkdir("/dev/shm")
    _set_read_only("/dev")
    _mount("tmpfs", "/dev/shm", "tmpfs", _MS_NOSUID | _MS_NODEV, _TEMPORARY_SIZE)


def _bind(source: int, path: str, *, writable: bool = False) -> None:
    _make(path, is_folder=os.path.isdir(f"/proc/self/fd/{source}"))
    _mount(f"/proc/self/fd/{source}", path, None, _MS_BIND | _MS_REC)
    if writable:
        _set_read_only(path, undo=True)


def _make(path: str, *, is_folder: bool) -> None:
    """Make a place to mount on, where it is not there: in a folder that is shown empty."""
    if os.path.lexists(path):
        return
    os.makedirs(path if is_folder else os.path.dirname(path), exist_ok=True)
    if not is_folder:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    result = _libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), data.encode() or None)
    _check(result, f"mount {target}")


def _set_read_only(path: str, *, recursive: bool = False, undo: bool = False) -> None:
    attributes = (ctypes.c_uint64 * 4)(0 if undo else _RDONLY, _RDONLY if undo else 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    result = _libc.syscall(
        ctypes.c_long(_MOUNT_SETATTR), _AT_FDCWD, os.fsencode(path), flags, ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )  # fmt: skip
    _check(result, f"mount_setattr {path}")


def _run(command: list[str]) -> NoReturn:
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a command would inherit that
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"codemod: cannot start `{command[0]}`: {error.strerror}", file=sys.stderr)
        os._exit(127)


def _wait_for(child: int) -> int:
    """Return how `child` ended; others that come back to us are buried meanwhile."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return status


def _end_as(status: int) -> NoReturn:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status))


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


if __name__ == "__main__":
    main(sys.argv[1:])

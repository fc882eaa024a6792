"""The environment that the analysed code sees: an allow-list, and a home of its own.

A build script finds no credentials in it. `--pass-env NAME` lets one more variable through; the names
of the others are kept, to be shown when a baseline fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from codemods.cargo.toolchain import cargo_home, rustup_home

_ALLOWED = re.compile(
    r"""
    PATH | HOME | USER | LOGNAME | LANG | LANGUAGE | LC_\w+ | TZ | TERM | TMPDIR | COLORTERM | NO_COLOR
    | RUSTUP_(HOME|TOOLCHAIN) | RUSTFLAGS | RUSTDOCFLAGS | RUST_(BACKTRACE|LOG|MIN_STACK|TEST_THREADS)
    | CARGO | CARGO_\w+ | RUSTC_BOOTSTRAP | SOURCE_DATE_EPOCH
    | ((HOST|TARGET)_)?(CC|CXX|CPP|AR|LD|NM|RANLIB|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|ARFLAGS)(_\w+)?
    | LD_LIBRARY_PATH | DYLD_(FALLBACK_)?LIBRARY_PATH | LIBRARY_PATH | C(PLUS)?_INCLUDE_PATH | CPATH
    | LIBCLANG_PATH | LLVM_CONFIG(_PATH)? | LLVM_SYS_\d+_PREFIX | CLANG_PATH | BINDGEN_EXTRA_CLANG_ARGS\w*
    | PKG_CONFIG\w* | CMAKE\w* | MAKEFLAGS | NUM_JOBS | PROTOC(_INCLUDE)? | MACOSX_DEPLOYMENT_TARGET
    | SDKROOT | DEVELOPER_DIR | JAVA_HOME | NIX_(CC|CFLAGS|LDFLAGS|PROFILES|SSL_CERT_FILE)\w*
    | \w+_(LIB_DIR|INCLUDE_DIR|ROOT_DIR|NO_PKG_CONFIG|STATIC|NO_VENDOR) | OPENSSL_(DIR|LIBS|STATIC)
    | SSL_CERT_(FILE|DIR) | (?i:(https?|all|no)_proxy)
    """,
    re.VERBOSE,
)
_SECRET = re.compile(r"TOKEN|CREDENTIAL|SECRET|PASSW|PASSPHRASE|_KEY|KEY_|APIKEY|AUTH", re.IGNORECASE)
# A name alone is a token where it stands in an address of the web; `ssh://git@host` is nobody's secret.
_PASSWORD_IN_URL = re.compile(r"://[^/\s@]*:[^/\s@]*@|https?://[^/\s@]+@", re.IGNORECASE)
_RUSTFMT_SETTINGS = (".config/rustfmt", "rustfmt.toml", ".rustfmt.toml")


def allowed_environment(
    environ: Mapping[str, str], pass_env: Iterable[str] = ()
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the variables that the analysed code may see, and the names of those withheld.

    Allowed are: where tools and libraries are (`PATH`, `CC`, `PKG_CONFIG*`, `OPENSSL_DIR`, …), cargo's
    and rustc's settings, locale. Names that look like a secret and values with a
    password in an address never pass, unless named in `pass_env`.
    """
    named = frozenset(pass_env)
    allowed = {k: v for k, v in environ.items() if k in named or _is_allowed(k, v)}
    return allowed, tuple(sorted(environ.keys() - allowed.keys()))


def homed_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return `environment` with `home` for a home; the caches of cargo and rustup stay where they are.

    The folder is made where it is missing. A person's own settings for rustfmt are linked into it:
    without them files would be formatted in another way than everywhere else.
    """
    real = Path(environment.get("HOME") or Path.home())
    home.mkdir(parents=True, exist_ok=True)
    for name in _RUSTFMT_SETTINGS:
        _link(home / name, real / name)
    return {
        **environment,
        "HOME": str(home),
        "CARGO_HOME": str(cargo_home(environment)),
        "RUSTUP_HOME": str(rustup_home(environment)),
    }


def rustfmt_settings(environ: Mapping[str, str], above: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return the settings for rustfmt in the user's home and in the folders `above` a repository."""
    home = Path(environ.get("HOME") or Path.home())
    names = _RUSTFMT_SETTINGS[1:]
    places = [*(home / each for each in _RUSTFMT_SETTINGS), *(f / name for f in above for name in names)]
    return tuple(path for path in places if path.exists())


def _link(link: Path, target: Path) -> None:
    """Make `link` lead to `target`, or be absent. Analysed code may have put anything there."""
    with suppress(OSError):
        if link.is_symlink() and link.readlink() == target and target.exists():
            return
        link.unlink(missing_ok=True)
        if target.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)


def _is_allowed(name: str, value: str) -> bool:
    harmless = not _SECRET.search(name) and not _PASSWORD_IN_URL.search(value)
    return harmless and _ALLOWED.fullmatch(name) is not None

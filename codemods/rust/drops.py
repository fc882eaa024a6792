"""Whether something happens when a value of a type is dropped, as far as the type alone tells."""

from __future__ import annotations

from codemods.rust.types import PRIMITIVES, Type

# These own memory or release something, whatever they hold.
_ALWAYS = frozenset(
    f"std::{path}"
    for path in (
        "boxed::Box",
        "cell::Ref",
        "cell::RefMut",
        "collections::BTreeMap",
        "collections::BTreeSet",
        "collections::BinaryHeap",
        "collections::HashMap",
        "collections::HashSet",
        "collections::LinkedList",
        "collections::VecDeque",
        "fs::File",
        "io::Error",
        "net::TcpListener",
        "net::TcpStream",
        "net::UdpSocket",
        "path::PathBuf",
        "rc::Rc",
        "rc::Weak",
        "string::String",
        "sync::Arc",
        "sync::MutexGuard",
        "sync::RwLockReadGuard",
        "sync::RwLockWriteGuard",
        "sync::Weak",
        "sync::mpsc::Receiver",
        "sync::mpsc::Sender",
        "vec::IntoIter",
        "vec::Vec",
    )
)
# These are nothing but what they hold.
_AS_PARAMETERS = frozenset(
    f"std::{path}"
    for path in (
        "cell::Cell",
        "cell::RefCell",
        "cell::UnsafeCell",
        "cmp::Reverse",
        "num::Wrapping",
        "ops::ControlFlow",
        "ops::Range",
        "ops::RangeFrom",
        "ops::RangeInclusive",
        "ops::RangeTo",
        "option::Option",
        "pin::Pin",
        "result::Result",
        "task::Poll",
    )
)
_NEVER = frozenset(
    f"std::{path}"
    for path in (
        "cmp::Ordering",
        "convert::Infallible",
        "marker::PhantomData",
        "mem::ManuallyDrop",
        "mem::MaybeUninit",
        "num::ParseFloatError",
        "num::ParseIntError",
        "ptr::NonNull",
        "str::Utf8Error",
        "time::Duration",
        "time::Instant",
    )
)
_PLAIN = PRIMITIVES | {"&", "&mut", "*const", "*mut", "fn", "fn_item"}


def needs_drop(found: Type) -> bool | None:
    """Return whether dropping a value of the type does something; None where the type does not tell."""
    if found.name in _PLAIN or found.name in _NEVER:
        return False
    if found.name in _ALWAYS:
        return True
    if found.name == "[;]":
        return False if found.arguments[1].name == "0" else needs_drop(found.arguments[0])
    if found.name in ("()", "[]") or found.name in _AS_PARAMETERS:
        parts = [needs_drop(each) for each in found.arguments]
        return True if True in parts else None if None in parts else False
    return None

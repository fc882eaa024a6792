"""Functions with a scope more or less: some are the same program, some end something at another time."""

from __future__ import annotations

from tests.cargo.rewrites import WRONG, Pair


def flattened(inner: str, rest: str = "say(1);", takes: str = "", *, name: str = "") -> Pair:
    """Return a pair of functions, the first with `inner` in a block of its own."""
    generic = "<T: Clone>" if "&T" in takes else ""
    head = f"pub fn z{generic}({takes})"
    shown = name or f"{{ {inner} }} {rest}  =>  {inner} {rest}"
    return Pair(shown, f"{head} {{ {{ {inner} }} {rest} }}", f"{head} {{ {inner} {rest} }}")


def function(name: str, before: str, after: str) -> Pair:
    """Return a pair of functions called `z`."""
    return Pair(name, f"pub fn z{before}", f"pub fn z{after}")


_VEC = "v: &mut Vec<u32>"
_POINTER = "(s: &Cell<*const u32>)"
_KEEP = "let p = &x as *const u32; s.set(p);"

SAME = (
    flattened("let r = &mut v[0]; *r += 1;", "v.push(2);", _VEC),
    flattened("for x in v.iter_mut() { *x += 1; }", "v.push(2);", _VEC),
    flattened("let mut i = v.iter_mut(); *i.next().unwrap() += 1;", "v.push(2);", _VEC),
    flattened("let Some(x) = v.first_mut() else { return }; *x = 1;", "v.push(2);", _VEC),
    flattened("let e = m.entry(1); *e.or_insert(0) += 1;", "m.clear();", "m: &mut HashMap<u8, u8>"),
    flattened("let e = m.entry(1);", "m.clear();", "m: &mut HashMap<u8, u8>"),
    flattened("let e = m.entry(s); e.or_insert(0);", "m.clear();", "m: &mut HashMap<String, u8>, s: String"),
    flattened("if b { let r = &mut v[0]; *r += 1; }", "v.push(2);", f"{_VEC}, b: bool"),
    flattened('let d = D(""); drop(d);', name="a value that is moved out of the scope"),
    flattened("let c = |x: u32| x + k; say(c(1));", takes="k: u32"),
    flattened("let x = 3u32; " + _KEEP, takes="s: &Cell<*const u32>", name="a pointer is good for longer"),
    flattened('let s = "{closure@a.rs:1:2: 3:4} _3 alloc4 bb5"; say(s.len() as u32);', name="literals"),
    function(
        "the last statement",
        "(m: &Mutex<u32>) { say(1); { let g = m.lock().unwrap(); say(*g); } }",
        "(m: &Mutex<u32>) { say(1); let g = m.lock().unwrap(); say(*g); }",
    ),
    function(
        "a block that is a value",
        "(v: &Vec<u32>) -> usize { let n = { let r = &*v; r.len() }; n + 1 }",
        "(v: &Vec<u32>) -> usize { let r = &*v; let n = r.len(); n + 1 }",
    ),
    function(
        "blocks of arms",
        "(o: Option<u32>) -> u32 { match o { Some(x) => { x } None => { 2 } } }",
        "(o: Option<u32>) -> u32 { match o { Some(x) => x, None => 2 } }",
    ),
    function(
        "match and if let",
        "(o: Option<u32>) { match o { Some(x) => { say(x) } _ => {} } }",
        "(o: Option<u32>) { if let Some(x) = o { say(x) } }",
    ),
    function(
        "binding modes",
        "(o: &Option<u32>) { match *o { Some(ref x) => say(*x), None => {} } }",
        "(o: &Option<u32>) { match o { Some(x) => say(*x), None => {} } }",
    ),
    function("return", "(a: u32) -> u32 { return a + 1; }", "(a: u32) -> u32 { a + 1 }"),
    function(
        "names of variables",
        '() { let a = D("1"); let b = D("2"); say(1) }',
        '() { let c = D("1"); let d = D("2"); say(1) }',
    ),
    function(
        "a scope in a loop",
        f"{_POINTER} {{ loop {{ let x = 3u32; {{ {_KEEP} }} say(1); }} }}",
        f"{_POINTER} {{ loop {{ let x = 3u32; {_KEEP} say(1); }} }}",
    ),
    function(
        "a variable lives through a loop",
        f"{_POINTER} {{ loop {{ let x; x = 3u32; {_KEEP} say(1); }} }}",
        f"{_POINTER} {{ let mut x; loop {{ x = 3u32; {_KEEP} say(1); }} }}",
    ),
    Pair(
        "async, moved by a line",
        "pub async fn z(v: Vec<u32>) { say(1); std::future::ready(v).await; }",
        "pub async fn z(v: Vec<u32>) {\n say(1);\n std::future::ready(v).await; }",
    ),
)

OTHER = (
    flattened("let g = m.lock().unwrap(); say(*g);", takes="m: &Mutex<u32>"),
    flattened("let g = m.borrow_mut(); say(*g);", takes="m: &RefCell<u32>"),
    flattened("let mut t = t.clone(); c(&mut t);", takes="t: &T, c: &dyn Fn(&mut T)"),
    flattened("let e = m.entry(s);", "m.clear();", "m: &mut HashMap<String, u8>, s: String"),
    flattened('let x = &D("x"); say(x.0.len() as u32);', name="an extended temporary"),
    flattened('let d = D("");', name="a destructor"),
    flattened("let b: Box<dyn Debug> = Box::new(a);", takes="a: u32"),
    flattened("let x = [0u8; 9000]; say(x[0] as u32);", "let y = [0u8; 9000]; say(y[1] as u32);"),
    flattened("let x = [[1u64; 40]; 20]; say(x[0][0] as u32);", name="a big array of arrays"),
    function(
        "a guard in a scrutinee",
        "(m: &Mutex<u32>) { let n = *m.lock().unwrap(); match n { 1 => say(1), _ => {} } }",
        "(m: &Mutex<u32>) { match *m.lock().unwrap() { 1 => say(1), _ => {} } }",
    ),
    function(
        "a pointer is good for less",
        f"{_POINTER} {{ let x = 3u32; {_KEEP} say(1); }}",
        f"{_POINTER} {{ {{ let x = 3u32; {_KEEP} }} say(1); }}",
    ),
    function(
        "a variable no longer lives through a loop",
        f"{_POINTER} {{ let mut x; loop {{ x = 3u32; {_KEEP} say(1); }} }}",
        f"{_POINTER} {{ loop {{ let x; x = 3u32; {_KEEP} say(1); }} }}",
    ),
    function(
        "a closure more",
        "(a: u32) -> u32 { a }",
        "(a: u32) -> u32 { let c = || 1; a }",
    ),
    function(
        "two closures exchanged",
        "(a: u32, b: u32) -> u32 { let c = || a; let d = || b; c() }",
        "(a: u32, b: u32) -> u32 { let c = || a; let d = || b; d() }",
    ),
    function(
        "code that this build leaves out",
        "(a: u32) { if cfg!(windows) { say(a) } }",
        "(a: u32) { if cfg!(windows) { say(a + 1) } }",
    ),
    function("a check of debug builds", "(a: u32) { assert!(a > 1) }", "(a: u32) { debug_assert!(a > 1) }"),
    function("a dead value", "(a: u32) { let b = 1u8; say(a) }", "(a: u32) { let b = 2u8; say(a) }"),
    function(
        "a closure of another function",
        "(a: u32) { fn k() -> impl Fn() { || () } fn l() -> impl Fn() { || () } let x = k(); }",
        "(a: u32) { fn k() -> impl Fn() { || () } fn l() -> impl Fn() { || () } let x = l(); }",
    ),
    Pair(
        "async, a scope less round a suspension",
        "pub async fn z() { { let x = 1u32; std::future::ready(x).await; } std::future::ready(2).await; }",
        "pub async fn z() { let x = 1u32; std::future::ready(x).await; std::future::ready(2).await; }",
    ),
    Pair(
        "assembly",
        'pub fn z() { unsafe { std::arch::asm!("nop") } }',
        'pub fn z() { unsafe { std::arch::asm!("nop", "nop") } }',
    ),
)

# Programs of WRONG that are the same but for `try!` and `?`: told apart by nothing but their tokens.
EQUAL_WITHOUT_TRY = frozenset(
    {
        'let a = D(""); let b = D(""); try!(f()); Ok(1)  =>  let b = D(""); let a = D(""); f()?; Ok(1)',
        "let r = { { 'x: loop { loop { break 'x } } 1 } }; Ok(try!(h(r)))"
        "  =>  let r = { { 'x: loop { 'y: loop { break 'y } break } 1 } }; Ok(h(r)?)",
        "let r = { { 'x: loop { 'y: loop { continue 'x } } } }; Ok(try!(h(r)))"
        "  =>  let r = { { 'x: loop { 'y: loop { continue 'y } } } }; Ok(h(r)?)",
    }
)


def without_try(text: str) -> str:
    """Return `text` with each `try!(x)` as `(x)?`."""
    while (at := text.find("try!(")) >= 0:
        depth = 0
        for end in range(at + 4, len(text)):
            depth += (text[end] == "(") - (text[end] == ")")
            if depth == 0:
                break
        text = f"{text[:at]}({text[at + 5 : end]})?{text[end + 1 :]}"
    return text


# Wrong rewrites in which both sides use `?`, so that nothing else than the mistake tells them apart.
WRONG_WITHOUT_TRY = tuple(
    Pair(pair.name, without_try(pair.before), pair.after)
    for pair in WRONG
    if pair.name not in EQUAL_WITHOUT_TRY and "stringify" not in pair.before and "try!(&" not in pair.before
)

"""The style sheet of the HTML report: quiet, light or dark as the reader's system is."""

STYLE = """
:root {
  color-scheme: light dark;
  --text: #1f2328; --quiet: #59636e; --page: #fff; --box: #f6f8fa; --line: #d1d9e0;
  --good: #1a7f37; --bad: #b3261e; --ask: #0550ae; --doubt: #7d4e00; --model: #8250df;
  --plain: #0b7285;
  --added: #dafbe1; --removed: #ffebe9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3; --quiet: #9198a1; --page: #0d1117; --box: #151b23; --line: #3d444d;
    --good: #4cc864; --bad: #ff7b72; --ask: #79c0ff; --doubt: #e3b341; --model: #d2a8ff;
    --plain: #66d9e8;
    --added: #12351f; --removed: #4a1a1d;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; color: var(--text); background: var(--page);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 .6rem; padding-bottom: .2rem; font-size: 1.15rem; border-bottom: 1px solid var(--line); }
h3 { margin: 1rem 0 .4rem; font-size: .95rem; }
header p { margin: .2rem 0 1.2rem; color: var(--quiet); }
code, pre, table { font: .85rem/1.45 ui-monospace, monospace; }
small { color: var(--quiet); font-weight: normal; }
.totals { display: flex; flex-wrap: wrap; gap: .6rem; }
.totals div { flex: 1 1 7rem; padding: .6rem .8rem; background: var(--box); border: 1px solid var(--line);
  border-radius: .4rem; }
.totals b { display: block; font-size: 1.4rem; line-height: 1.2; }
.grades { padding: 0; list-style: none; }
details { margin: .5rem 0; padding: .4rem .8rem; border: 1px solid var(--line); border-radius: .4rem; }
summary { cursor: pointer; }
.badge { padding: 0 .45rem; font-size: .8rem; font-weight: 600; border: 1px solid; border-radius: 1rem;
  white-space: nowrap; }
.badge.C { color: var(--plain); }
.applied b, .badge.A, .badge.B { color: var(--good); }
.refused b, .badge.refused, .badge.X { color: var(--ask); }
.rejected b, .badge.rejected { color: var(--bad); }
.unverified b, .badge.unverified, .badge.U { color: var(--doubt); }
.badge.M { color: var(--model); }
.diff { margin: .3rem 0; overflow-x: auto; background: var(--box); border: 1px solid var(--line);
  border-radius: .3rem; }
.diff table { width: 100%; border-spacing: 0; tab-size: 4; }
.diff th { width: 1%; min-width: 3rem; padding: 0 .6rem; color: var(--quiet); font-weight: normal;
  text-align: right; user-select: none; }
.diff td { padding-right: .6rem; white-space: pre; overflow-wrap: normal; }
.diff .added { background: var(--added); }
.diff .removed { background: var(--removed); }
.diff .other td { color: var(--quiet); }
.message { margin: .4rem 0; padding: .5rem .7rem; overflow-x: auto; background: var(--box);
  border-left: 3px solid var(--doubt); }
.evidence { margin: .3rem 0; padding-left: 1.2rem; color: var(--quiet); font-size: .85rem; }
.evidence .excerpt { margin: .2rem 0; overflow-x: auto; }
.evidence .failed { color: var(--bad); }
"""

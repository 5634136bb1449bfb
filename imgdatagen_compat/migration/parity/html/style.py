"""The style of the page: light, dark and on paper."""

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #5b6470; --rule: #dfe3e8;
  --good: #0b7a43; --good-soft: #e0f3e8; --bad: #b3261e; --bad-soft: #fbe4e2; --theirs: #9aa7b8; --ours: #2563c9; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1d2127; --ink: #e7eaee; --soft: #9aa4b1; --rule: #333a44;
  --good: #5fd39a; --good-soft: #12352a; --bad: #ff8a80; --bad-soft: #43201f; --theirs: #66748a; --ours: #6fa5ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 76rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 0; display: flex; flex-wrap: wrap; gap: .6rem; align-items: baseline; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.4rem 0 .5rem; color: var(--soft); font-weight: 600; }
p { margin: .35rem 0; max-width: 62rem; }
a { color: inherit; text-decoration-color: var(--rule); text-underline-offset: .2em; }
code { font: .88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; }
.soft, figcaption, dt, .ends { color: var(--soft); }
.badge { font-size: .8rem; font-weight: 600; padding: .1rem .6rem; border-radius: 1rem; white-space: nowrap;
  background: var(--good-soft); color: var(--good); }
.bad .badge, .badge.bad { background: var(--bad-soft); color: var(--bad); }
.badge.none { background: var(--rule); color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: 1.1rem 1.25rem; margin: 1rem 0; }
.card.bad { border-color: var(--bad); border-left-width: 4px; }
header.card { border-top: 4px solid var(--good); }
header.card.bad { border: 1px solid var(--bad); border-top-width: 4px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .7rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; min-width: 11rem; }
td.text { text-align: left; white-space: normal; }
tr.bad td { color: var(--bad); }
tr:last-child td { border-bottom: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; }
dd { margin: 0; overflow-wrap: anywhere; }
ul.said { margin: .6rem 0; padding: .5rem 1rem .5rem 2rem; border-radius: .4rem; background: var(--page); overflow-wrap: anywhere; }
.bad > ul.said { background: var(--bad-soft); }
figure { margin: 0; }
figcaption { font-size: .85rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.5rem; margin: .9rem 0; align-items: end; }
svg { display: block; width: 100%; height: 6rem; border-bottom: 1px solid var(--rule); }
svg { overflow: visible; }
path.area { fill: var(--theirs); opacity: .65; }
path.line { fill: none; stroke: var(--ours); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.ends { display: flex; justify-content: space-between; font-size: .8rem; font-variant-numeric: tabular-nums; }
.key { margin-right: .9rem; white-space: nowrap; }
.key i { display: inline-block; width: 1rem; height: .6rem; margin-right: .35rem; background: var(--theirs); }
.key i.line { height: 0; border-top: 2px solid var(--ours); background: none; vertical-align: middle; }
.bars { padding-bottom: .5rem; }
.bar { display: grid; grid-template-columns: 4.5rem 1fr 5rem; gap: .6rem; align-items: center; margin: .3rem 0; }
.bar span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
.bar i { height: .9rem; border-radius: .2rem; min-width: 2px; background: var(--theirs); }
.bar i.ours { background: var(--ours); }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(34rem, 100%), 1fr)); gap: 1.2rem 2rem; margin-top: 1rem; }
.pair { break-inside: avoid; }
.pair h4 { margin: 0 0 .4rem; font-size: .9rem; font-weight: 600; overflow-wrap: anywhere; }
.three { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; }
.three img, .same { width: 100%; aspect-ratio: var(--shape, 1); border-radius: .3rem; }
.three img { display: block; object-fit: contain; background: #0004; }
.same { display: grid; place-items: center; text-align: center; background: var(--good-soft); color: var(--good); font-size: .85rem; }
.same.bad { background: var(--bad-soft); color: var(--bad); }
.facts { font-size: .85rem; margin-top: .4rem; }
.facts .differs { color: var(--bad); font-weight: 600; }
.draw { font-variant-numeric: tabular-nums; }
.draw span { white-space: nowrap; margin-right: .8rem; }
footer { color: var(--soft); font-size: .85rem; margin-top: 2rem; }
@media print { :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb; --good: #0b7a43; --good-soft: #fff;
    --bad: #b3261e; --bad-soft: #fff; --theirs: #aaa; --ours: #2563c9; color-scheme: light; }
  body { padding: 0; max-width: none; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .card { border-radius: 0; padding: .6rem .8rem; } .charts, tr { break-inside: avoid; } h2 { break-after: avoid; }
  .pairs { grid-template-columns: 1fr 1fr; gap: 1rem; } th, td { padding: .15rem .35rem; font-size: 8pt; } }
"""

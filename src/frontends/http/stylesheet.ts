/** How the pages look: calm and dense, in the reader's own light or dark. @module */

export const STYLESHEET = `:root {
  color-scheme: light dark;
  --paper: #fcfcfb; --raised: #f3f3f0; --line: #dededa; --ink: #1d1f21; --quiet: #5f6468;
  --link: #0b57a4; --focus: #b4540a; --running: #0a6a8a; --finished: #23703a; --failed: #b3261e; --crashed: #8a5200;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181a; --raised: #202326; --line: #34383c; --ink: #e4e6e7; --quiet: #a0a6ab;
    --link: #86bdf5; --focus: #f2a65a; --running: #63c6e6; --finished: #7fce94; --failed: #ff8f85; --crashed: #eab45f;
  }
}
* { box-sizing: border-box; }
html { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; }
main { flex: 1; width: 100%; max-width: 1440px; margin: 0 auto; padding: 1.25rem 1.25rem 2rem; }
header, footer { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .6rem 1.25rem; }
header { border-bottom: 1px solid var(--line); background: var(--raised); }
header nav { flex: 1; min-width: 0; overflow-wrap: anywhere; }
footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: .86rem; }
h1 { font-size: 1.35rem; font-weight: 650; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; font-weight: 650; margin: 0 0 .4rem; }
p { margin: 0 0 .6rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:not(:hover) { text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
code { font: .92em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: .5rem; top: .5rem; padding: .25rem .5rem; background: var(--paper); z-index: 1; }
.brand { font-weight: 650; color: inherit; text-decoration: none; }
.slash { color: var(--quiet); margin: 0 .45rem; }
[aria-current] { color: inherit; text-decoration: none; font-weight: 600; }
.quiet { color: var(--quiet); font-weight: 400; }
.small { font-size: .86rem; font-weight: 400; }
.block { display: block; }
.lead { color: var(--quiet); max-width: 60rem; }
.lead code { color: var(--ink); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 1.25rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem .75rem .42rem 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-size: .82rem; font-weight: 600; white-space: nowrap; border-bottom-color: var(--quiet); }
tbody th { font-weight: 400; }
tbody tr:hover { background: var(--raised); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td time { white-space: nowrap; }
.cards tbody th a:first-child { font-weight: 600; overflow-wrap: anywhere; }
.cards tbody th { max-width: 26rem; overflow-wrap: anywhere; }
.runs tbody th { min-width: 12rem; }
.runs tbody th code { margin-right: .4rem; }
.chip { display: inline-block; max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; margin-right: .35rem; padding: 0 .4rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .8rem; color: var(--quiet); }
.chip.group { border-radius: .2rem; color: var(--ink); background: var(--raised); }
.warning { display: block; font-size: .86rem; color: var(--crashed); }
.state { white-space: nowrap; font-weight: 600; }
.state svg { margin-right: .35rem; vertical-align: -1px; }
.running { color: var(--running); } .finished { color: var(--finished); } .failed { color: var(--failed); } .crashed { color: var(--crashed); }
.previews { list-style: none; margin: 0; padding: 0; }
.previews li { display: flex; gap: .5rem; align-items: center; line-height: 1.35; }
.previews .tag { flex: 1; min-width: 3rem; max-width: 13rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--quiet); }
.previews .value { font-variant-numeric: tabular-nums; white-space: nowrap; min-width: 4.5rem; text-align: right; }
.spark { flex: none; }
.spark polyline { fill: none; stroke: var(--running); stroke-width: 1.3; stroke-linejoin: round; }
.spark circle { fill: var(--running); }
.command { display: flex; gap: .4rem; align-items: flex-start; max-width: 52rem; margin: 0 0 .5rem; }
.command code { flex: 0 1 auto; min-width: 0; padding: .25rem .55rem; background: var(--raised); border: 1px solid var(--line); border-radius: 4px; overflow-wrap: anywhere; white-space: pre-wrap; user-select: all; -webkit-user-select: all; }
td .command { margin: -.2rem 0; }
tr:hover .command code { background: var(--paper); }
button, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--quiet); border-radius: 4px; padding: .25rem .6rem; }
button { cursor: pointer; background: var(--raised); }
.command button { border-color: var(--line); color: var(--link); flex: none; min-width: 4.6rem; }
.toolbar { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin-top: 1rem; }
.toolbar p { margin: 0; color: var(--quiet); }
.toolbar p a { margin-left: .5rem; }
.toolbar a[aria-current] { color: var(--ink); }
.toolbar form { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; }
.toolbar label { color: var(--quiet); }
.toolbar input[type="search"] { width: 17rem; max-width: 100%; }
.pager a { margin-left: 1rem; }
.notice, .how { margin: 1.25rem 0; padding: 1rem 1.1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; max-width: 60rem; overflow-wrap: anywhere; }
.trouble { border-color: var(--crashed); }
.notice .code { font-size: 2rem; font-weight: 300; color: var(--quiet); margin: 0; line-height: 1; }
.how :last-child { margin-bottom: 0; }
.listing table { width: auto; max-width: 100%; }
.listing td:first-child { overflow-wrap: anywhere; min-width: 8rem; }
.listing th, .listing td { padding-right: 1.5rem; }
.listing td:last-child { white-space: nowrap; color: var(--quiet); font-variant-numeric: tabular-nums; }
@media (max-width: 860px) {
  main { padding: 1rem .9rem 2rem; }
  header, footer { padding-left: .9rem; padding-right: .9rem; }
  .cards, .cards tbody, .cards tr { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards tr { padding: .6rem 0; border-bottom: 1px solid var(--line); display: grid; grid-template-columns: repeat(auto-fill, minmax(6.2rem, 1fr)); gap: .3rem .8rem; }
  .cards th, .cards td { border: 0; padding: 0; text-align: left; max-width: none; min-width: 0; }
  .cards tbody th, .cards .wide { grid-column: 1 / -1; }
  .cards td[data-label]::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .78rem; }
  .cards td .block { display: inline; }
  .cards td .command { margin: 0; }
  .previews .tag { max-width: none; }
}
@media (max-width: 520px) {
  .toolbar form { width: 100%; }
  .toolbar label { width: 100%; }
  .toolbar input[type="search"] { width: auto; min-width: 0; flex: 1; }
  .listing th, .listing td { padding-right: .7rem; }
  .listing th:last-child, .listing td:last-child { display: none; }
}
@media print { header, footer, .toolbar, .command button { display: none; } }
`;

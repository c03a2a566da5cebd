/** The frame of every page: head, header, footer. @module */

import { COPY_SCRIPT_PATH, ICON_PATH, STYLE_PATH } from './assets.ts';
import { type Html, html } from './html.ts';
import { nameText } from './human-text.ts';

export interface PageContent {
  readonly title: string;
  readonly basePath: string;
  readonly version: string;
  readonly main: Html;
  /** Seconds after which the page loads itself again; absent: never. */
  readonly refreshSeconds?: number;
  /** Path of names below the home page, outermost first; the last one is this page. */
  readonly trail?: readonly { readonly name: string; readonly href: string }[];
}

export function page({ title, basePath, version, main, refreshSeconds, trail = [] }: PageContent): string {
  const refresh =
    refreshSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${refresh}
<title>${title} · wandb-logdir</title>
<link rel="icon" type="image/svg+xml" href="${basePath}${ICON_PATH}"><link rel="stylesheet" href="${basePath}${STYLE_PATH}">
<script src="${basePath}${COPY_SCRIPT_PATH}" defer></script></head>
<body><a class="skip" href="#main">Skip to content</a>
<header><nav aria-label="Breadcrumb"><a class="brand" href="${basePath}/">wandb-logdir</a>${trail.map(crumb)}</nav>
<a class="browse" href="${basePath}/logdir">Browse files</a></header>
<main id="main">${main}</main>
<footer><span>wandb-logdir ${version} · read-only · <a href="${basePath}/metrics">metrics</a></span></footer></body></html>
`.text;
}

function crumb(
  { name, href }: { readonly name: string; readonly href: string },
  index: number,
  trail: readonly unknown[],
): Html {
  const link =
    index === trail.length - 1 ? html`<a href="${href}" aria-current="page">` : html`<a href="${href}">`;
  return html`<span class="slash" aria-hidden="true">/</span>${link}<bdi>${nameText(name)}</bdi></a>`;
}

/** A command to copy. The button is made by the script: without JavaScript, one click selects the line. */
export function commandBox(command: string): Html {
  return html`<div class="command"><code tabindex="0">${command}</code></div>`;
}

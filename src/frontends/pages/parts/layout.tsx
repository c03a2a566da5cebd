/** The frame of every page: head, header, footer. @module */

import type { ComponentChildren, VNode } from 'preact';
import { COPY_SCRIPT_PATH, ICON_PATH, STYLE_PATH } from '../assets.ts';
import type { Site } from '../site.ts';
import { htmlDocument } from './document.ts';
import { nameText } from './human-text.ts';

/** A name below the home page, and its page. */
export interface Crumb {
  readonly name: string;
  readonly href: string;
}

export interface PageContent {
  readonly title: string;
  readonly site: Site;
  readonly main: ComponentChildren;
  /** Seconds after which the page loads itself again; absent: never. */
  readonly refreshSeconds?: number | undefined;
  /** Outermost first; the last one is this page. */
  readonly trail?: readonly Crumb[];
}

export function page({ title, site, main, refreshSeconds, trail = [] }: PageContent): string {
  const { basePath, version } = site;
  return htmlDocument(
    <html lang="en">
      <Head title={`${title} · wandb-logdir`} basePath={basePath}>
        {refreshSeconds === undefined ? null : <meta http-equiv="refresh" content={String(refreshSeconds)} />}
        <script src={basePath + COPY_SCRIPT_PATH} defer />
      </Head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <Header basePath={basePath} trail={trail} />
        <main id="main">{main}</main>
        <footer>
          <span>
            wandb-logdir {version} · read-only · <a href={`${basePath}/metrics`}>metrics</a>
          </span>
        </footer>
      </body>
    </html>,
  );
}

export interface HeadProps {
  readonly title: string;
  readonly basePath: string;
  readonly children?: ComponentChildren;
}

/** Title, icon, style, and what else is given. */
export function Head({ title, basePath, children }: HeadProps): VNode {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="icon" type="image/svg+xml" href={basePath + ICON_PATH} />
      <link rel="stylesheet" href={basePath + STYLE_PATH} />
      {children}
    </head>
  );
}

function Header({ basePath, trail }: { readonly basePath: string; readonly trail: readonly Crumb[] }): VNode {
  return (
    <header>
      <nav aria-label="Breadcrumb">
        <a class="brand" href={`${basePath}/`}>
          wandb-logdir
        </a>
        {trail.map(({ name, href }, index) => (
          <>
            <span class="slash" aria-hidden="true">
              /
            </span>
            <a href={href} aria-current={index === trail.length - 1 ? 'page' : undefined}>
              <bdi>{nameText(name)}</bdi>
            </a>
          </>
        ))}
      </nav>{' '}
      <a class="browse" href={`${basePath}/logdir`}>
        Browse files
      </a>
    </header>
  );
}

/** A command to copy. The button is made by the script: without JavaScript, one click selects the line. */
export function CommandBox({ command }: { readonly command: string }): VNode {
  return (
    <div class="command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: reached by keyboard, to be selected and copied. */}
      <code tabIndex={0}>{command}</code>
    </div>
  );
}

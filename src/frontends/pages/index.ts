/** Pages for people: projects, runs, failures; and what other doors need to make a page like these. @module */

export { createPages, type PagesOptions } from './door.ts';
export { failureReply } from './failure-page.tsx';
export { htmlDocument, htmlList } from './parts/document.ts';
export { nameText } from './parts/human-text.ts';
export { Head } from './parts/layout.tsx';
export { pageHref, siteFor } from './site.ts';
export type { GrpcPort } from './tensorboard-command.ts';

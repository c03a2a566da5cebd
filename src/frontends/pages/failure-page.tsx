/** What went wrong: a page for browsers, a sentence for everybody else. @module */

import { type HttpFailure, pageReply, plainFailure, type Reply, type WebRequest } from '../web/index.ts';
import { page } from './parts/layout.tsx';
import type { Site } from './site.ts';

export function failureReply(site: Site, request: WebRequest, failure: HttpFailure): Reply {
  if (!wantsPage(request)) return plainFailure(failure);
  return pageReply(failure.status, failurePage(site, failure), failure.headers);
}

/** Browsers name HTML outright; curl, wget and fsspec take anything. */
function wantsPage({ headers }: WebRequest): boolean {
  return headers.accept?.includes('text/html') === true;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'That address cannot be read',
  404: 'Nothing here',
  405: 'Read-only',
  503: 'Not available right now',
};

function failurePage(site: Site, { status, message }: HttpFailure): string {
  const { basePath } = site;
  const title = TITLES[status] ?? 'Something went wrong';
  const main = (
    <section class="notice">
      <p class="code">{status}</p>
      <h1>{title}</h1>
      <p>{message}</p>
      <p>
        <a href={`${basePath}/`}>All projects</a> · <a href={`${basePath}/logdir`}>Browse the tree</a>
      </p>
    </section>
  );
  return page({ title, site, main });
}

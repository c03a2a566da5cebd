/** What the service and its one bucket say of themselves. @module */

import type { Reply, WebRequest } from '../web/index.ts';
import { OWNER } from './listing/list-objects.ts';
import { errorReply, xmlReply } from './protocol/error-reply.ts';
import type { S3Query } from './protocol/uri.ts';
import { element, textElement, xmlDocument } from './protocol/xml.ts';

/** The region that S3 names by an empty LocationConstraint. Requests may be signed for any. */
const REGION = 'us-east-1';
/** Buckets have a date of creation, and this one was never created. */
const CREATED = '1970-01-01T00:00:00.000Z';

/** Subresources of buckets and objects that this server knows nothing of. */
const SUBRESOURCES: readonly string[] = [
  'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metrics',
  'notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment retention',
  'tagging torrent uploadId uploads versions website',
].flatMap((names) => names.split(' '));

export function listBuckets(name: string): Reply {
  const bucket = element('Bucket', textElement('Name', name), textElement('CreationDate', CREATED));
  return xmlReply(200, xmlDocument('ListAllMyBucketsResult', [OWNER, element('Buckets', bucket)]));
}

export function headBucket(): Reply {
  return {
    status: 200,
    headers: ['x-amz-bucket-region', REGION, 'Content-Type', 'application/xml'],
    body: null,
  };
}

export function bucketLocation(): Reply {
  return xmlReply(200, xmlDocument('LocationConstraint', []));
}

/** Versions are not kept. */
export function bucketVersioning(): Reply {
  return xmlReply(200, xmlDocument('VersioningConfiguration', []));
}

/** The refusal of what is asked for by a subresource; undefined where none is. */
export function refuseSubresource(request: WebRequest, query: S3Query): Reply | undefined {
  const name = SUBRESOURCES.find((subresource) => query.has(subresource));
  if (name === undefined) return undefined;
  return errorReply(request, 'NotImplemented', `this server has objects and lists of them, and no ${name}`);
}

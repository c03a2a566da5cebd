/**
 * The tree in the S3 protocol, read-only: one bucket, whose keys are the tree's paths. For TensorBoard with boto3, and
 * for whatever reads S3. Format: Amazon S3 API Reference. @module
 */

import { type Clock, type MaybePromise, mapAnswer } from '../../core/index.ts';
import type { LogdirTree } from '../../tree/index.ts';
import { type Door, type NodeRequest, type Reply, rawQueryOf, type WebRequest } from '../web/index.ts';
import type { S3Access } from './access.ts';
import { bucketLocation, bucketVersioning, headBucket, listBuckets, refuseSubresource } from './bucket.ts';
import { listObjects } from './listing/list-objects.ts';
import { parseListQuery } from './listing/list-query.ts';
import { getObject } from './object.ts';
import { DEFAULT_BUCKET, type S3Address, S3Addressing } from './protocol/address.ts';
import { errorReply, failureReply, refusalReply, S3Refusal } from './protocol/error-reply.ts';
import { S3Query } from './protocol/uri.ts';
import { verifySignature } from './sigv4/verify.ts';

export interface S3Options {
  readonly access: S3Access;
  /** Its name; default: `wandb`. */
  readonly bucket?: string;
  /** Names of this server: `wandb.<name>` is then the bucket, and the path the key alone. */
  readonly domains: readonly string[];
  readonly clock: Clock;
}

/** Owns every URL: S3 has no place for other things beside it. */
export function createS3({ access, bucket = DEFAULT_BUCKET, domains, clock }: S3Options): Door {
  const addressing = new S3Addressing(bucket, domains);
  return {
    name: 's3',
    isPrivate: access.kind === 'signed',
    owns: () => true,
    answer: (request, tree) =>
      refusing(request, () => {
        // Before the signature, which for a body in pieces would have to be read with it.
        refuseMethod(request);
        const query = new S3Query(rawQueryOf(request.url));
        const seen = seenBy(access, request, query, tree, clock);
        return mapAnswer(seen, (visible) =>
          operate({ request, query, tree: visible, bucket, address: addressing.of(request) }),
        );
      }),
    failure: failureReply,
  };
}

/** Answers with S3's own code where the request is refused, at once or later. */
function refusing(
  request: WebRequest,
  answer: () => MaybePromise<NodeRequest | Reply>,
): MaybePromise<NodeRequest | Reply> {
  const refuse = (error: unknown) => {
    if (error instanceof S3Refusal) return refusalReply(request, error);
    throw error;
  };
  try {
    const given = answer();
    return given instanceof Promise ? given.catch(refuse) : given;
  } catch (error) {
    return refuse(error);
  }
}

function refuseMethod({ method, headers }: WebRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (method !== 'OPTIONS')
    throw new S3Refusal('AccessDenied', `the bucket is read-only: ${method} is refused`);
  // How browsers ask whether pages of others may read here.
  if (headers.origin !== undefined)
    throw new S3Refusal('AccessForbidden', 'CORS is not enabled for this bucket');
  throw new S3Refusal('BadRequest', 'insufficient information: OPTIONS needs the header Origin');
}

/** The tree that the request is about. @throws S3Refusal */
function seenBy(
  access: S3Access,
  request: WebRequest,
  query: S3Query,
  tree: LogdirTree,
  clock: Clock,
): MaybePromise<LogdirTree> {
  if (access.kind === 'open') return tree;
  const account = verifySignature(request, query, clock.now(), access);
  return mapAnswer(account, (found) => found.tree(request.client));
}

interface Operands {
  readonly request: WebRequest;
  readonly query: S3Query;
  readonly tree: LogdirTree;
  readonly bucket: string;
  readonly address: S3Address;
}

function operate({ request, query, tree, bucket, address }: Operands): MaybePromise<NodeRequest | Reply> {
  const { key } = address;
  const isHead = request.method === 'HEAD';
  if (address.bucket === null)
    return isHead
      ? errorReply(request, 'MethodNotAllowed', 'HEAD is of a bucket or an object')
      : listBuckets(bucket);
  if (address.bucket !== bucket)
    return errorReply(request, 'NoSuchBucket', `there is one bucket here: ${bucket}`, {
      details: { BucketName: address.bucket },
    });
  const refused = refuseSubresource(request, query);
  if (refused !== undefined) return refused;
  if (key !== '') return getObject({ request, query, key, tree });
  if (isHead) return headBucket();
  if (query.has('location')) return bucketLocation();
  if (query.has('versioning')) return bucketVersioning();
  return listObjects({ name: bucket, tree }, parseListQuery(query), request.signal);
}

/**
 * The port between the HTTP server and its doors. A door is a pure function from a request to a reply, or to a
 * question to the tree that the server asks in its name: doors touch no socket. A door of files owns a URL space and
 * has the fast path for what is at hand; one of pages is a router of express. @module
 */

import type { Router } from 'express';
import type { ByteRange, MaybePromise } from '../../core/index.ts';
import type { FileNode, Freshness, LogdirNode, LogdirTree } from '../../tree/index.ts';
import type { HttpFailure } from './protocol/failure.ts';
import type { WebRequest } from './web-request.ts';

/** A whole HTTP reply. */
export interface Reply<Body = string | null> {
  readonly status: number;
  /** Name, value, name, value…: the form that Node writes without looking at it twice. */
  readonly headers: readonly string[];
  /** Null for none. Node leaves it out when the request was HEAD. */
  readonly body: Body;
}

/** A reply about a file. A byte range as body stands for those bytes of the file. */
export type FileReply = Reply<string | ByteRange | null>;

/** What a request asks of one path of the tree. Made from the request alone: nothing is looked up for it. */
export type NodeRequest = StatRequest | OpenRequest;

interface PathRequest {
  /** The tree that is asked; default: the one that `answer` was given. */
  readonly tree?: LogdirTree;
  readonly path: string;
  readonly freshness: Freshness;
}

/** Asks what is at the path, without its bytes. A byte range in the reply then sends none. */
export interface StatRequest extends PathRequest {
  readonly kind: 'stat';
  readonly reply: (node: LogdirNode) => MaybePromise<FileReply>;
}

/** Asks for bytes of a file. */
export interface OpenRequest extends PathRequest {
  readonly kind: 'open';
  readonly file: (node: FileNode) => FileReply;
  /** The reply if the path is a directory; a door that has none refuses it with the tree's `invalid-argument`. */
  readonly directory?: () => MaybePromise<Reply>;
}

interface AnyDoor {
  /** Label `route` of the metrics. */
  readonly name: string;
  /** Whether it answers outside the server's path prefix too, for clients that cannot know of one. */
  readonly isAlsoAtRoot?: boolean;
  failure(request: WebRequest, failure: HttpFailure): Reply;
}

/** A door that owns all URLs below a prefix, and may answer in the turn of the request: asked before express is. */
export interface Door extends AnyDoor {
  /** Whether it tells callers apart by itself: no shared cache may then keep what it answers. */
  readonly isPrivate?: boolean;
  /** Whether the door answers this URL: raw, below the path prefix, with its query. Called for every request. */
  owns(url: string): boolean;
  /** @throws LogdirError, which `failure` then puts into the door's own words. */
  answer(request: WebRequest, tree: LogdirTree): MaybePromise<NodeRequest | Reply>;
}

/** A door of single addresses, which express tells apart. */
export interface RoutedDoor extends AnyDoor {
  /**
   * Adds its routes, whose handlers `answering` makes, to a router of its own. The router is case-sensitive and sees
   * whole paths, of GET and HEAD only; where no route matches, the next door is asked.
   */
  addRoutes(router: Router): void;
}

/** How the HTTP server is reached over a network: encryption, proxies, and what clients may take. @module */

import * as z from 'zod';
import { duration } from '../duration.ts';
import type { SettingDefinition } from './setting-definition.ts';
import { filled, networkList, urlPrefix, wholeNumber } from './value-types.ts';

export const NETWORK_SETTINGS = {
  certFile: {
    group: 'Server',
    flag: 'cert-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    defaultText: 'unset: no encryption',
    help: 'Certificate of --port in PEM, followed by those of its issuers; needs --key-file. Both files are read again when they change. The gRPC port has its own: --grpc-cert-file.',
    commands: ['serve'],
  },
  keyFile: {
    group: 'Server',
    flag: 'key-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    help: 'Private key of the certificate, in PEM, without a passphrase.',
    commands: ['serve'],
  },
  pathPrefix: {
    group: 'Server',
    flag: 'path-prefix',
    schema: urlPrefix,
    accepts: 'a path such as /wandb',
    default: null,
    help: 'What every URL begins with, for a proxy that hands on no more than a path. WebHDFS and the probes answer at the root as well.',
    commands: ['serve'],
  },
  trustedProxies: {
    group: 'Server',
    flag: 'trusted-proxies',
    schema: networkList,
    accepts: 'addresses or CIDR ranges such as 10.0.0.0/8,127.0.0.1; in YAML also a list',
    default: null,
    defaultText: 'unset: nobody is believed',
    help: 'Proxies whose X-Forwarded-For, -Proto, -Host and -Prefix headers are believed.',
    commands: ['serve'],
  },
  maxConnections: {
    group: 'Server',
    flag: 'max-connections',
    schema: wholeNumber.pipe(z.int().min(1)),
    accepts: 'a number of at least 1',
    default: '4096',
    help: 'Most connections at a time; further ones are closed at once. Each needs a file descriptor.',
    commands: ['serve'],
  },
  stallTimeoutMs: {
    group: 'Server',
    flag: 'stall-timeout',
    schema: duration(1000),
    accepts: 'a time of at least 1s',
    default: '60s',
    help: 'Drop a response when its client has taken nothing of it for this long.',
    commands: ['serve'],
  },
  drainTimeoutMs: {
    group: 'Server',
    flag: 'drain-timeout',
    schema: duration(0),
    accepts: 'a time',
    default: '20s',
    help: 'How long responses under way may take when the server is told to stop. Kubernetes kills it after 30 s in all, a preStop hook included.',
    commands: ['serve'],
  },
} as const satisfies Record<string, SettingDefinition>;

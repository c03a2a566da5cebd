/** What `serve` prints: where it can be reached, and what to type to open it in TensorBoard. @module */

import type { AccessMode, GrpcServer, Listening, ProjectCard, S3Server } from '../../app/index.ts';
import { shellWord } from '../../core/index.ts';
import type { Announcement } from '../session.ts';
import { logdirPath, PAGE_LABEL, projectsText, tensorboardLines } from './opening-text.ts';

export interface Served {
  readonly server: Pick<Listening, 'url' | 'isPublic' | 'publicUrls' | 'logdir' | 'logdirVariables'>;
  readonly grpc: Pick<
    GrpcServer,
    'address' | 'port' | 'isPublic' | 'isEncrypted' | 'asksForCertificates'
  > | null;
  readonly s3: Pick<S3Server, 'url' | 'port' | 'isPublic' | 'publicUrls' | 'logdir'> | null;
  /** What stands before a command that asks this machine by gRPC: '', or a variable that keeps a proxy out of it. */
  readonly direct: string;
  /** Where the tree is mounted. */
  readonly directory: string | null;
  readonly projects: readonly ProjectCard[];
  /** Who is let in. */
  readonly access: AccessMode;
}

type Bold = (text: string) => string;

export function servedAnnouncement(served: Served, bold: Bold): Announcement {
  const { server, grpc, s3, directory, projects } = served;
  const fields = {
    urls: pageUrls(server),
    grpc: grpc?.address ?? null,
    s3: s3 === null ? null : s3Url(s3),
    directory,
    projects: projects.length,
    runs: projects.reduce((sum, { runs }) => sum + (runs ?? 0), 0),
  };
  return { message: 'ready', fields, lines: servedLines(served, bold) };
}

function servedLines(served: Served, bold: Bold): string[] {
  const { server, directory, projects } = served;
  const [first = '', ...others] = pageUrls(server);
  const indent = ' '.repeat(PAGE_LABEL.length);
  return [
    `${PAGE_LABEL}${bold(first)}  ${projectsText(projects)}`,
    ...others.map((url) => indent + url),
    ...(directory === null ? [] : [bold(directory)]),
    ...LOG_IN[served.access],
    ...[...waysIn(served), ...s3Way(served)].flatMap(({ where, commands }) => [
      '',
      `Open in TensorBoard${where}:`,
      ...commands.map((command) => `  ${command}`),
    ]),
  ];
}

/** One line for whoever let others in: null where nobody but this machine reaches the server. */
export function publicWarning({
  server,
  grpc,
  s3,
  access,
}: Pick<Served, 'server' | 'grpc' | 's3' | 'access'>): string | null {
  const doors = [
    ...(server.isPublic && access === 'off' ? [server.publicUrls[0] ?? server.url] : []),
    ...(grpc?.isPublic === true && !grpc.asksForCertificates ? [`the gRPC port ${grpc.port}`] : []),
    ...(s3?.isPublic === true && access === 'off' ? [`the S3 port ${s3.port}`] : []),
  ];
  if (doors.length === 0) return secretsInClear({ server, s3, access });
  return `there is no login: whoever reaches ${doors.join(' or ')} reads every run; without --host, only this machine does`;
}

/** Tokens and keys that go over a network as they are; behind a proxy that ends TLS they do not. */
function secretsInClear({ server, s3, access }: Pick<Served, 'server' | 's3' | 'access'>): string | null {
  // Clients of S3 sign with tokens, which stay where they are; a W&B key is its own id.
  const doors = access === 'wandb' ? [server, s3] : [server];
  const isInClear = doors.some((door) => door?.isPublic === true && door.url.startsWith('http:'));
  if (!isInClear || access === 'off' || access === 'proxy') return null;
  const what = access === 'wandb' ? 'W&B API keys' : 'tokens';
  return `${what} go to this server unencrypted: give --cert-file and --key-file, or have a proxy end TLS before it`;
}

/** What people need besides an address: TensorBoard's reader of webhdfs:// looks into ~/.netrc by itself. */
const LOG_IN: Readonly<Record<AccessMode, readonly string[]>> = {
  off: [],
  token: [
    'Log in with a token as password; for TensorBoard: machine HOST login any password TOKEN  in ~/.netrc',
  ],
  wandb: [
    'Log in with a W&B API key as password; for TensorBoard: machine HOST login any password KEY  in ~/.netrc',
  ],
  proxy: ['Come through the proxy, which says who you are.'],
};

/** Others' addresses first: they are what cannot be guessed. */
function pageUrls({ url, publicUrls }: Served['server']): readonly string[] {
  return [...new Set([...publicUrls, url])];
}

interface WayIn {
  /** Which TensorBoards, and what they need. */
  readonly where: string;
  readonly commands: readonly string[];
}

/** The best first: TensorBoard asks by gRPC for what is on screen, and reads files whole. */
function waysIn({ server, grpc, direct, directory, projects }: Served): readonly WayIn[] {
  const ways: WayIn[] = [];
  if (grpc !== null) ways.push(grpcWay(server, grpc, direct));
  if (directory !== null) ways.push({ where: ' by files', commands: tensorboardLines(directory, projects) });
  const isEnough = server.isPublic ? grpc?.isPublic && grpc.isEncrypted : ways.length > 0;
  if (isEnough) return ways;
  const where = server.isPublic ? ', on any machine that reaches this one' : '';
  const logdir = shellWord(server.logdir(logdirPath(projects), server.publicUrls[0]));
  const needs = ' (needs: pip install tensorboard fsspec requests)';
  return [
    ...ways,
    { where: where + needs, commands: [`${server.logdirVariables}tensorboard --logdir ${logdir}`] },
  ];
}

/** Without encryption TensorBoard connects to its own machine alone. */
function grpcWay(server: Served['server'], grpc: NonNullable<Served['grpc']>, direct: string): WayIn {
  const [url] = grpc.isPublic ? server.publicUrls : [];
  if (grpc.isEncrypted) {
    const address = url === undefined ? grpc.address : `${new URL(url).hostname}:${grpc.port}`;
    const where = ' (by a name that the certificate has)';
    return {
      where,
      commands: [`tensorboard --grpc_data_provider ${address} --grpc_creds_type=ssl`],
    };
  }
  const where = server.isPublic || grpc.isPublic ? ', on this machine' : '';
  return { where, commands: [`${direct}tensorboard --grpc_data_provider ${grpc.address}`] };
}

/** What boto3 signs with, whichever it is where nobody asks. In the command alone: the environment may have others. */
const S3_CREDENTIALS: Readonly<Record<AccessMode, readonly [id: string, secret: string]>> = {
  off: ['any', 'any'],
  token: ['TOKEN_NAME', 'TOKEN'],
  wandb: ['$WANDB_API_KEY', '$WANDB_API_KEY'],
  proxy: ['TOKEN_NAME', 'TOKEN'],
};

/** TensorBoard wants a key below the bucket. */
function s3Way({ s3, access, projects }: Served): readonly WayIn[] {
  if (s3 === null) return [];
  const [id, secret] = S3_CREDENTIALS[access];
  const path = logdirPath(projects) || (projects[0]?.entity ?? 'ENTITY/PROJECT');
  const variables = `AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret} AWS_ENDPOINT_URL=${s3Url(s3)}`;
  const command = `${variables} tensorboard --logdir ${shellWord(s3.logdir(path))}`;
  return [{ where: ' over S3 (needs: pip install tensorboard boto3)', commands: [command] }];
}

function s3Url({ url, publicUrls }: NonNullable<Served['s3']>): string {
  return publicUrls[0] ?? url;
}

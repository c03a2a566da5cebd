/** What `serve` prints: addresses that others can use, and the best way into TensorBoard first. @module */

import { describe, expect, it } from 'vitest';
import { publicWarning, type Served, servedAnnouncement } from '../../../src/cli/commands/served-text.ts';

const URL_HERE = 'http://127.0.0.1:7070';
type Place = Omit<Served['server'], 'logdir'>;
const PRIVATE: Place = { url: URL_HERE, isPublic: false, publicUrls: [], logdirVariables: '' };
const PUBLIC: Place = {
  ...{ url: URL_HERE, isPublic: true, logdirVariables: '' },
  publicUrls: ['http://192.168.1.5:7070', 'http://[2001:db8::5]:7070'],
};
const GRPC = {
  ...{ address: '127.0.0.1:6806', port: 6806 },
  ...{ isPublic: false, isEncrypted: false, asksForCertificates: false },
};
const projects = [
  { entity: 'acme', project: 'p', path: 'acme/p', runs: 3, running: 0, modifiedAtMs: 0 },
  { entity: 'acme', project: 'q', path: 'acme/q', runs: 4, running: 0, modifiedAtMs: 0 },
];

type Change = Partial<Omit<Served, 'server'>> & { readonly server?: Place };

function served({ server = PRIVATE, ...change }: Change = {}): Served {
  const logdir = (path: string, from = URL_HERE) => `${from.replace('http', 'webhdfs')}/${path}`;
  return {
    access: 'off',
    grpc: GRPC,
    s3: null,
    direct: '',
    directory: null,
    projects,
    ...change,
    server: { ...server, logdir },
  };
}

function lines(change?: Change): string[] {
  return [...servedAnnouncement(served(change), (text) => text).lines];
}

const BY_FILES = ' (needs: pip install tensorboard fsspec requests):';

describe('serve prints', () => {
  it('its page, and the command for TensorBoard on this machine', () => {
    expect(lines()).toEqual([
      'project page  http://127.0.0.1:7070  7 runs in 2 projects',
      '',
      'Open in TensorBoard:',
      '  tensorboard --grpc_data_provider 127.0.0.1:6806',
    ]);
  });

  it('the command so that no proxy of the environment stands between', () => {
    expect(lines({ direct: 'no_grpc_proxy=localhost ' }).at(-1)).toBe(
      '  no_grpc_proxy=localhost tensorboard --grpc_data_provider 127.0.0.1:6806',
    );
  });

  it('the command by files, with what it needs, where there is no better', () => {
    expect(lines({ grpc: null }).slice(1)).toEqual([
      '',
      `Open in TensorBoard${BY_FILES}`,
      '  tensorboard --logdir webhdfs://127.0.0.1:7070/acme',
    ]);
    expect(lines({ grpc: null, directory: '/mnt/runs' }).slice(1)).toEqual([
      '/mnt/runs',
      '',
      'Open in TensorBoard by files:',
      '  tensorboard --logdir /mnt/runs/acme',
    ]);
  });

  it('addresses of other machines, and commands with them, where it listens for those', () => {
    expect(lines({ server: PUBLIC })).toEqual([
      'project page  http://192.168.1.5:7070  7 runs in 2 projects',
      '              http://[2001:db8::5]:7070',
      '              http://127.0.0.1:7070',
      '',
      'Open in TensorBoard, on this machine:',
      '  tensorboard --grpc_data_provider 127.0.0.1:6806',
      '',
      `Open in TensorBoard, on any machine that reaches this one${BY_FILES}`,
      '  tensorboard --logdir webhdfs://192.168.1.5:7070/acme',
    ]);
  });

  it('that others come by gRPC with encryption alone, as TensorBoard has it', () => {
    const encrypted = { ...GRPC, isPublic: true, isEncrypted: true };
    expect(lines({ server: PUBLIC, grpc: encrypted }).slice(4)).toEqual([
      'Open in TensorBoard (by a name that the certificate has):',
      '  tensorboard --grpc_data_provider 192.168.1.5:6806 --grpc_creds_type=ssl',
    ]);
  });

  it('the command over S3, below the bucket, with credentials for boto3 to sign with', () => {
    const s3 = { url: 'http://127.0.0.1:7071', port: 7071, isPublic: false, publicUrls: [] };
    const logdir = (path: string) => `s3://wandb/${path}`;
    const command = (change: Change) => lines(change).slice(-2);
    const variables =
      'AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_ENDPOINT_URL=http://127.0.0.1:7071';
    expect(command({ s3: { ...s3, logdir } })).toEqual([
      'Open in TensorBoard over S3 (needs: pip install tensorboard boto3):',
      `  ${variables} tensorboard --logdir s3://wandb/acme`,
    ]);
    const others = [projects[0]!, { ...projects[1]!, entity: 'other', path: 'other/q' }];
    expect(command({ s3: { ...s3, logdir }, projects: others }).at(-1)).toContain(' s3://wandb/acme');
    expect(command({ s3: { ...s3, logdir }, projects: [] }).at(-1)).toContain(' s3://wandb/ENTITY/PROJECT');
    const shared = { ...s3, logdir, isPublic: true, publicUrls: ['http://192.168.1.5:7071'] };
    expect(command({ s3: shared }).at(-1)).toContain('AWS_ENDPOINT_URL=http://192.168.1.5:7071 ');
    const signed = (access: Served['access']) => command({ access, s3: { ...s3, logdir } }).at(-1);
    expect(signed('token')).toContain('AWS_ACCESS_KEY_ID=TOKEN_NAME AWS_SECRET_ACCESS_KEY=TOKEN ');
    expect(signed('wandb')).toContain(
      'AWS_ACCESS_KEY_ID=$WANDB_API_KEY AWS_SECRET_ACCESS_KEY=$WANDB_API_KEY ',
    );
    expect(publicWarning(served({ access: 'token', s3: shared }))).toBeNull();
    expect(publicWarning(served({ s3: shared }))).toContain('reaches the S3 port 7071 reads');
  });

  it('the same as fields of a record', () => {
    expect(servedAnnouncement(served({ server: PUBLIC }), (text) => text)).toMatchObject({
      message: 'ready',
      fields: {
        urls: ['http://192.168.1.5:7070', 'http://[2001:db8::5]:7070', URL_HERE],
        ...{ grpc: '127.0.0.1:6806', directory: null, projects: 2, runs: 7 },
      },
    });
  });
});

describe('a server that others log in to', () => {
  it('is warned of where tokens and keys would go unencrypted', () => {
    expect(publicWarning(served({ server: PUBLIC, access: 'token' }))).toContain(
      'tokens go to this server unencrypted',
    );
    expect(publicWarning(served({ server: PUBLIC, access: 'wandb' }))).toContain('W&B API keys go');
    expect(publicWarning(served({ server: PUBLIC, access: 'proxy' }))).toBeNull();
    expect(publicWarning(served({ access: 'token' }))).toBeNull();
    const encrypted = { ...PUBLIC, url: PUBLIC.url.replace('http:', 'https:') };
    expect(publicWarning(served({ server: encrypted, access: 'token' }))).toBeNull();
  });
});

describe('a server that others reach', () => {
  it('is warned of in one line', () => {
    expect(publicWarning(served())).toBeNull();
    expect(publicWarning(served({ server: PUBLIC }))).toBe(
      'there is no login: whoever reaches http://192.168.1.5:7070 reads every run; without --host, only this machine does',
    );
    expect(publicWarning(served({ server: PUBLIC, grpc: { ...GRPC, isPublic: true } }))).toContain(
      'http://192.168.1.5:7070 or the gRPC port 6806 reads',
    );
    const nowhere = { ...PUBLIC, publicUrls: [] };
    expect(publicWarning(served({ server: nowhere }))).toContain(URL_HERE);
  });
});

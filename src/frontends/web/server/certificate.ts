/** The certificate of a server: read from PEM files, checked, and read again when they change. @module */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { LogdirError, toLogdirError } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';

export interface TlsFiles {
  /** In PEM, followed by those of its issuers. */
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * How often the files are read: renewals come days before they are needed. Events of the file system would miss some of
 * them: Kubernetes swaps a link two directories above (`..data`), and network file systems tell of nothing.
 */
const LOOK_INTERVAL_MS = 5000;
const NEAR_EXPIRY_MS = 7 * 24 * 3600 * 1000;

/** What is read of the files. */
interface Pair {
  readonly cert: string;
  readonly key: string;
}

export class Certificate implements Disposable {
  readonly #files: TlsFiles;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  #pair: Pair;
  /** What was read last and is no good. Told once it was read twice: files may be in the middle of being replaced. */
  #refused: string | null = null;
  #told: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #use: (options: SecureContextOptions) => void = () => {};

  private constructor(files: TlsFiles, pair: Pair, logger: Logger, intervalMs: number) {
    this.#files = files;
    this.#pair = pair;
    this.#logger = logger;
    this.#intervalMs = intervalMs;
  }

  /** @throws LogdirError `invalid-argument` that says which file is no good, and why. */
  static async load(
    files: TlsFiles,
    logger: Logger,
    intervalMs: number = LOOK_INTERVAL_MS,
  ): Promise<Certificate> {
    const pair = await readPair(files);
    const certificate = new Certificate(files, pair, logger, intervalMs);
    certificate.#tell(checkedCertificate(pair, files), 'the certificate');
    return certificate;
  }

  get options(): SecureContextOptions {
    return optionsOf(this.#pair);
  }

  /** Looks at the files from now on; `use` is called with each good pair that replaces another. */
  follow(use: (options: SecureContextOptions) => void): void {
    this.#use = use;
    this.#timer = setInterval(() => void this.#look(), this.#intervalMs).unref();
  }

  /** Reads the files now. @throws LogdirError for a bad pair; the one before stays in use. */
  async reload(): Promise<void> {
    const problem = await this.#take();
    if (problem === null) return;
    this.#told = this.#refused;
    throw problem;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const before = this.#refused;
    const problem = await this.#take();
    const isNews = this.#refused === before && this.#refused !== this.#told;
    if (problem !== null && isNews) this.#complain(problem);
  }

  /** Why what is in the files is no good; null where it is, and is in use now. */
  async #take(): Promise<Error | null> {
    let read: Pair | null = null;
    try {
      read = await readPair(this.#files);
      if (!isSame(read, this.#pair)) {
        const certificate = checkedCertificate(read, this.#files);
        this.#use(optionsOf(read));
        this.#pair = read;
        this.#tell(certificate, 'the certificate was renewed');
      }
      this.#refused = null;
      this.#told = null;
      return null;
    } catch (error) {
      const problem = toLogdirError(error, 'certificate');
      this.#refused = read === null ? problem.message : read.cert + read.key;
      return problem;
    }
  }

  #complain(err: Error): void {
    this.#told = this.#refused;
    this.#logger.error({ err }, 'a new certificate is no good: the one before stays in use');
  }

  #tell({ subject, subjectAltName: names, validTo }: X509Certificate, message: string): void {
    const fields = { subject, names, validTo };
    const leftMs = Date.parse(validTo) - Date.now();
    if (leftMs > NEAR_EXPIRY_MS) this.#logger.info(fields, message);
    else if (leftMs > 0) this.#logger.warn(fields, `${message}; it expires within a week`);
    else this.#logger.error(fields, `${message}; it has expired, and clients will refuse it`);
  }
}

function isSame(a: Pair, b: Pair): boolean {
  return a.cert === b.cert && a.key === b.key;
}

function optionsOf({ cert, key }: Pair): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}

async function readPair({ certFile, keyFile }: TlsFiles): Promise<Pair> {
  const [cert, key] = await Promise.all([readPem(certFile, '--cert-file'), readPem(keyFile, '--key-file')]);
  return { cert, key };
}

async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LogdirError('invalid-argument', `${flag} ${path} cannot be read: ${reason}`, { cause });
  }
}

/** The first certificate. @throws LogdirError `invalid-argument`; its message never holds what the key file holds. */
function checkedCertificate(pair: Pair, { certFile, keyFile }: TlsFiles): X509Certificate {
  const certificate = parsed(
    () => new X509Certificate(pair.cert),
    `--cert-file ${certFile} holds no certificate: give PEM, which begins with -----BEGIN CERTIFICATE-----`,
  );
  const key = parsed(
    () => createPrivateKey(pair.key),
    `--key-file ${keyFile} holds no private key that can be read: give PEM without a passphrase, which begins with -----BEGIN PRIVATE KEY-----`,
  );
  if (!certificate.checkPrivateKey(key))
    throw new LogdirError(
      'invalid-argument',
      `--key-file ${keyFile} is not the key of the first certificate in --cert-file ${certFile}: give the pair; in a chain, the server's own certificate comes first`,
    );
  parsed(
    () => createSecureContext(optionsOf(pair)),
    `--cert-file ${certFile} and --key-file ${keyFile} cannot be used by a server`,
  );
  return certificate;
}

function parsed<T>(parse: () => T, message: string): T {
  try {
    return parse();
  } catch (cause) {
    // OpenSSL's words, such as `error:0480006C:PEM routines::no start line`.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LogdirError('invalid-argument', `${message} (${reason})`, { cause });
  }
}

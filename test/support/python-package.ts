/** The wheel, and Python environments that it is installed into without a network. @module */

import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PYTHON } from './python.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WHEELS = join(ROOT, 'python', 'dist');

/**
 * TensorBoards tried in full; with each, what it needs besides: up to 2.20 pkg_resources, which
 * newer setuptools lack; up to 2.16 a NumPy and a protobuf of their time. */
export const TENSORBOARDS: readonly (readonly [version: string, also: readonly string[]])[] = [
  ['2.21', []],
  ['2.20', ['setuptools<81']],
  ['2.19', ['setuptools<81']],
  ['2.18', ['setuptools<81']],
  ['2.17', ['setuptools<81']],
  ['2.16', ['setuptools<81', 'numpy<2', 'protobuf<5']],
  ['2.15', ['setuptools<81', 'numpy<2', 'protobuf<5']],
];

/** Of the program as it was built last. */
export async function buildWheel(): Promise<string> {
  const env = { ...process.env, PYTHON };
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts', 'wheel.mjs'), '--no-build'], { env });
  const [wheel = ''] = readdirSync(WHEELS).filter((name) => name.endsWith('.whl'));
  return join(WHEELS, wheel);
}

export class PythonEnvironment {
  readonly folder: string;
  readonly python: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.python = join(folder, 'bin', 'python');
  }

  /** Empty, without pip: that of the tests installs into it. */
  static async create(folder: string, python = PYTHON): Promise<PythonEnvironment> {
    await promisify(execFile)(python, ['-m', 'venv', '--without-pip', folder]);
    return new PythonEnvironment(folder);
  }

  program(name: string): string {
    return join(this.folder, 'bin', name);
  }

  async pip(...words: readonly string[]): Promise<void> {
    const pip = ['-m', 'pip', '--python', this.python, '--disable-pip-version-check', '--quiet'];
    await promisify(execFile)(PYTHON, [...pip, ...words]);
  }

  async run(...words: readonly string[]): Promise<string> {
    return (await promisify(execFile)(this.python, words)).stdout;
  }

  /** Lets it import what the tests' Python has: the TensorBoard there. */
  async shareTestPackages(): Promise<void> {
    const where = 'import sysconfig; print(sysconfig.get_path("purelib"))';
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', where]);
    writeFileSync(join((await this.run('-c', where)).trim(), 'tests.pth'), stdout);
  }

  /** Every path in it but compiled modules of others, sorted. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).toSorted();
  }
}

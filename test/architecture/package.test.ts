/** package.json says what is true: exact versions, files that exist, a reason for every dependency. @module */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface PackageFile {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

const packageFile = JSON.parse(text('package.json')) as PackageFile;
const { dependencies, optionalDependencies, devDependencies } = packageFile;
const all = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies });

describe('package.json', () => {
  it.each(all)('pins %s exactly', (_, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('points at files that the build makes', () => {
    const paths = [...Object.values(packageFile.bin), ...Object.values(packageFile.exports)];
    for (const path of paths)
      expect(existsSync(new URL(path, root)), `${path}: run npm run build`).toBe(true);
    expect(text(Object.values(packageFile.bin)[0] ?? '')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('builds every file of src: TypeScript compiled, everything else as it is', () => {
    const paths = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' });
    const assets = paths.filter((path) => /\.(?!tsx?$)\w+$/.test(path));
    expect(assets).toContain('frontends/pages/assets/style.css');
    for (const path of assets)
      expect(existsSync(new URL(`dist/${path}`, root)) && text(`dist/${path}`), path).toBe(
        text(`src/${path}`),
      );
  });

  it('ships only what is there, and runs only scripts that are there', () => {
    for (const path of packageFile.files) expect(existsSync(new URL(path, root)), path).toBe(true);
    const scripts = Object.values(packageFile.scripts).flatMap((line) => line.match(/\S+\.mjs\b/g) ?? []);
    for (const path of scripts) expect(existsSync(new URL(path, root)), path).toBe(true);
  });

  it('decides on every install script, for npm to say nothing: none is needed, and none compiles', () => {
    const { packages } = JSON.parse(text('package-lock.json')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const withScripts = Object.entries(packages).filter(([, one]) => one.hasInstallScript === true);
    const names = new Set(withScripts.map(([path]) => path.split('node_modules/').at(-1) ?? ''));
    const denied = Object.fromEntries([...names].sort().map((name) => [name, false]));
    expect(packageFile.allowScripts).toEqual(denied);
  });

  it('is licensed as it says', () => {
    expect(text('LICENSE')).toContain('Apache License');
  });
});

describe('docs/DEPENDENCIES.md', () => {
  const rows = [...text('docs/DEPENDENCIES.md').matchAll(/^\| \[?`([^`]+)`/gm)].map((match) => match[1]);

  it('has one row for every dependency, and none besides', () => {
    expect([...rows].sort()).toEqual(all.map(([name]) => name).sort());
  });
});

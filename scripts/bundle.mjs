/**
 * Makes of the compiled program the few files that are published, in dist/program. They start several times as fast as the
 * hundreds of modules that they are made of, and run without node_modules, as in the Python package.
 *
 * Nothing here knows a file of src besides where programs begin. What the program finds beside itself is recognized by
 * `new URL('<path>', import.meta.url)`: what was compiled from src becomes an entry of its own (threads), any other file or
 * folder is copied, and of `<folder>/${…}` the folder. Another use of `import.meta` ends the build.
 * @module
 */

import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const FOLDER = join(DIST, 'program');
/** Where each program of package.json begins. */
const PROGRAMS = { 'wandb-logdir': 'cli/main.js', 'wandb-logdir-data-server': 'cli/data-server/main.js' };
const LICENSES = 'THIRD-PARTY-LICENSES.txt';
const NODE_MODULES = join(ROOT, 'node_modules');
/** Native and optional: where it is missing the program does without. */
const EXTERNAL = ['koffi', 'sharp'];

/**
 * Loaded by the first call: most commands do without them, and our code calls them where nothing can be waited for. Of these,
 * it uses functions and classes alone.
 */
const LATE = ['hyparquet-writer', 'pino-pretty', 'prom-client', 'yaml'];

/** Groups: quote, what is fixed of the path, what is computed. */
const BESIDE = /new URL\(\s*(['"`])([^'"`$]+)((?:\$\{[^}]*\}[^'"`$]*)*)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/** CommonJS packages call `require`, which a module does not have, and read files of their own. */
const BANNER = `import { createRequire as bundledRequire } from 'node:module';
const require = bundledRequire(import.meta.url);
const bundledPackages = require('node:url').fileURLToPath(new URL('./packages/', import.meta.url));`;

/** Names others beside it; packages read theirs by way of `__dirname`. */
const SCHEMA = /\.proto$/;

rmSync(FOLDER, { recursive: true, force: true });
const programs = Object.entries(PROGRAMS).map(([name, path]) => [name, join(DIST, path)]);
const threads = scriptsBeside().map((path) => [nameOf(path), path]);
/** @satisfies {import('esbuild').BuildOptions} */
const common = /** @type {const} */ ({
  outdir: FOLDER,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Names and lines stay, and comments that say where they are from, for stack traces. Without them a start is no faster.
  minifySyntax: true,
  absWorkingDir: ROOT,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
const program = await build({
  ...common,
  entryPoints: [...programs, ...threads].map(([out = '', path = '']) => ({ in: path, out })),
  splitting: true,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  // All in one folder, so that a path beside a file is the same from each.
  chunkNames: '[name]-[hash]',
  banner: { js: BANNER },
  external: EXTERNAL,
  plugins: [besideFiles(), packageData(), quickYargs(), latePackages(), samePackages()],
});
const late = await build({
  ...common,
  entryPoints: LATE,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
});
for (const [name = ''] of programs) chmodSync(join(FOLDER, `${name}.mjs`), 0o755);
const inputs = [program, late].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync(join(FOLDER, LICENSES), licenses(inputs));

/** Scripts that some file of the program finds beside itself. */
function scriptsBeside() {
  const found = new Set();
  for (const path of scriptsIn(DIST)) {
    for (const [, , beside = ''] of readFileSync(path, 'utf8').matchAll(BESIDE)) {
      const target = join(dirname(path), beside);
      if (isScript(target)) found.add(target);
    }
  }
  return [...found];
}

/** @param {string} folder */
function scriptsIn(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => extname(name) === '.js').map((name) => join(folder, name));
}

/** Rewrites the places of what is found beside a file of ours. @returns {import('esbuild').Plugin} */
function besideFiles() {
  return {
    name: 'beside-files',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (!path.startsWith(DIST + sep)) return null;
        const contents = readFileSync(path, 'utf8').replace(BESIDE, (found, _quote, fixed, computed) => {
          if (computed !== '' && !fixed.endsWith('/')) return found;
          const place = placed(join(dirname(path), fixed));
          return `new URL(\`${place}${computed}\`, import.meta["url"])`;
        });
        const left = /^.*\bimport\.meta\.\w+.*$/m.exec(contents)?.[0];
        if (left === undefined) return { contents, loader: 'js' };
        return { errors: [{ text: `not understood, write new URL('<path>', import.meta.url): ${left}` }] };
      });
    },
  };
}

/** Where a file is in the bundle, relative to every script. @param {string} target */
function placed(target) {
  if (!existsSync(target)) throw new Error(`${target} is named beside a script, and is not there`);
  if (isScript(target)) return `./${nameOf(target)}.mjs`;
  const place = `./files/${relative(ROOT, target).split(sep).join('/')}`;
  cpSync(target, join(FOLDER, place), { recursive: true });
  if (statSync(target).isDirectory()) return `${place}/`;
  if (SCHEMA.test(target)) copySchemas(dirname(target), join(FOLDER, dirname(place)));
  return place;
}

/** @param {string} from @param {string} to */
function copySchemas(from, to) {
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' }))
    if (SCHEMA.test(name)) cpSync(join(from, name), join(to, name));
}

/** @param {string} path */
function isScript(path) {
  const source = join(ROOT, 'src', relative(DIST, path)).replace(/\.js$/, '.ts');
  return extname(path) === '.js' && path.startsWith(DIST + sep) && existsSync(source);
}

/** @param {string} path */
function nameOf(path) {
  return relative(DIST, path).replace(/\.js$/, '').split(sep).join('-');
}

/** Lets packages find their data files below `packages`. @returns {import('esbuild').Plugin} */
function packageData() {
  return {
    name: 'package-data',
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/]node_modules[\\/].*\.c?js$/ }, ({ path }) => {
        const code = readFileSync(path, 'utf8');
        if (!/\b__dirname\b/.test(code) || /\b(?:const|let|var) __dirname\b/.test(code)) return null;
        const { root } = packageOf(path);
        copySchemas(root, join(FOLDER, 'packages', placeOf(root)));
        const place = JSON.stringify(placeOf(dirname(path)));
        return { contents: `const __dirname = bundledPackages + ${place};\n${code}`, loader: 'js' };
      });
    },
  };
}

/**
 * Spares yargs two things that take longer than all the rest of it. It measures text by tables of wide characters and of emoji,
 * three times among its packages: its texts are our help, in which a test allows none of these. And it looks for the
 * package.json of a program in node_modules, or else from the working directory upwards, and makes an error of it where there
 * is none: ours is at hand.
 * @returns {import('esbuild').Plugin}
 */
function quickYargs() {
  const ofYargs = /[\\/]node_modules[\\/](?:yargs|cliui|wrap-ansi)[\\/](?!node_modules[\\/])/;
  const place = 'mainFilename: mainFilename || process.cwd()';
  return {
    name: 'quick-yargs',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^string-width$/ }, ({ importer }) =>
        ofYargs.test(importer) ? { path: 'narrow', namespace: 'quick-yargs' } : null,
      );
      onLoad({ filter: /.*/, namespace: 'quick-yargs' }, () => ({
        contents: 'export default (text) => [...text].length;',
      }));
      onLoad({ filter: /[\\/]yargs[\\/]lib[\\/]platform-shims[\\/]esm\.mjs$/ }, ({ path }) => {
        const code = readFileSync(path, 'utf8');
        if (!code.includes(place))
          return { errors: [{ text: `${path} has changed: ${place} is not in it` }] };
        const ours = "mainFilename: fileURLToPath(new URL('./files/', import.meta.url))";
        return { contents: code.replace(place, ours), loader: 'js' };
      });
    },
  };
}

/** Has our code load a package of `LATE` by the first call of what it imports from there. @returns {import('esbuild').Plugin} */
function latePackages() {
  const ofLate = new RegExp(`^(?:${LATE.join('|')})$`);
  return {
    name: 'late-packages',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: ofLate }, ({ path, importer }) =>
        importer.startsWith(DIST + sep) ? { path, namespace: 'late' } : null,
      );
      onResolve({ filter: /\.cjs$/, namespace: 'late' }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
        contents: namesImported(path)
          .map((name) => lateCall(path, name))
          .join('\n'),
      }));
    },
  };
}

/** Works with and without `new`. @param {string} from @param {string} name */
function lateCall(from, name) {
  return `export function ${name}(...given) {
  const { ${name}: real } = require('./${from}.cjs');
  return new.target ? new real(...given) : real(...given);
}`;
}

/** By our code. @param {string} from */
function namesImported(from) {
  const imports = new RegExp(`^import \\{([^}]+)\\} from '${from}';`, 'gm');
  const texts = scriptsIn(DIST).map((path) => readFileSync(path, 'utf8'));
  const lists = texts.flatMap((text) => [...text.matchAll(imports)].map(([, list = '']) => list));
  const names = lists.flatMap((list) => list.split(',').map((one) => one.trim().split(' as ')[0] ?? ''));
  return [...new Set(names.filter(Boolean))];
}

/** Takes one of several copies that npm has of a version of a package. @returns {import('esbuild').Plugin} */
function samePackages() {
  /** @type {Map<string, string>} Folders by name and version. */
  const roots = new Map();
  const isResolving = Symbol('resolved for this plugin');
  return {
    name: 'same-packages',
    setup: ({ onResolve, resolve }) => {
      onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === isResolving || !from.importer.includes('node_modules')) return null;
        const found = await resolve(path, { ...from, pluginData: isResolving });
        if (found.errors.length > 0 || found.external || !found.path.includes('node_modules')) return null;
        const { root, name, version } = packageOf(found.path);
        const first = roots.get(`${name}@${version}`) ?? root;
        roots.set(`${name}@${version}`, first);
        return { path: join(first, relative(root, found.path)), sideEffects: found.sideEffects };
      });
    },
  };
}

/** @param {string} path */
function placeOf(path) {
  return relative(NODE_MODULES, path).split(sep).join('/');
}

/** The package a file belongs to. @param {string} path @returns {{ root: string, name: string, version: string, license: string }} */
function packageOf(path) {
  for (let root = dirname(path); root !== NODE_MODULES; root = dirname(root)) {
    const file = join(root, 'package.json');
    const { name, version, license } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    if (version !== undefined) return { root, name, version, license };
  }
  throw new Error(`${path} is in no package`);
}

/** Their licenses in full, as each of them asks. @param {readonly string[]} inputs */
function licenses(inputs) {
  const packages = new Map();
  for (const input of inputs) {
    if (!input.includes('node_modules/')) continue;
    const found = packageOf(join(ROOT, input));
    packages.set(`${found.name} ${found.version} (${found.license})`, found.root);
  }
  const texts = [...packages].sort().map(([title, root]) => {
    const files = readdirSync(root).filter((name) => /^(?:licen[cs]e|notice|copying)/i.test(name));
    return [title, ...files.map((name) => readFileSync(join(root, name), 'utf8').trim())].join('\n\n');
  });
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** `doctor`: looks at everything a working setup needs, and says what to type where something is missing. @module */

import { type App, parseSource, type SourceState } from '../../app/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { noneYetText, serverFailureText } from '../found-runs.ts';
import type { Session } from '../session.ts';
import { adviceLines, passedOverText } from '../source-report-text.ts';
import { checkCache, checkMount, checkNode, checkPort, checkTensorboard, type Finding } from './checks.ts';
import { checkServer, findKey, keyFinding } from './server-checks.ts';

const MARKS = {
  ok: { text: 'ok  ', style: 'green' },
  warn: { text: 'warn', style: 'yellow' },
  fail: { text: 'fail', style: 'red' },
} as const;

/** Exit code 1 when anything fails; warnings are fine. */
export async function doctor(session: Session): Promise<ExitCode> {
  const { settings } = session.loaded;
  const { signal } = session.interruption;
  await using app = session.createApp({ watch: 'off' });
  const findings = [
    checkNode(process.versions.node),
    ...(await checkSources(session, app)),
    await checkCache(settings.cacheDir, settings.cacheMaxBytes),
    await checkPort(settings.host, settings.port),
    ...(await checkTensorboard(settings.tensorboard, session.environment.searchPath, signal)),
    await checkMount(session.environment.searchPath),
  ];
  for (const finding of findings) session.terminal.print(findingText(session, finding));
  return findings.some(({ mark }) => mark === 'fail') ? EXIT.internal : EXIT.ok;
}

async function checkSources(session: Session, app: App): Promise<Finding[]> {
  const { settings, origins } = session.loaded;
  const isOnServer = (source: string) => parseSource(source).kind === 'cloud';
  const findings: Finding[] = [];
  for (const source of settings.sources.filter((name) => !isOnServer(name)))
    findings.push(await checkPath(session, app, source));
  if (settings.sources.some(isOnServer)) {
    findings.push(...(await checkServer(session, app)));
    await app.start({ signal: session.interruption.signal });
    const states = app.sources().filter((source) => source.listsByProject);
    return [...findings, ...states.map(checkProject)];
  }
  const isFound = findings.some(({ mark }) => mark === 'ok');
  if (isFound || origins.sources !== 'default') return findings;
  return await withServer(session, app, findings);
}

/** No source was named and ./wandb has no runs: whoever has a key has them on a server. */
async function withServer(session: Session, app: App, findings: readonly Finding[]): Promise<Finding[]> {
  if ((await findKey(session)) === null) return [...findings, keyFinding(session, null)];
  const next =
    'fine if your runs are on the server; look at a project with: wandb-logdir doctor ENTITY/PROJECT';
  const softened = findings.map(({ text }): Finding => ({ mark: 'warn', text, next }));
  return [...softened, ...(await checkServer(session, app))];
}

async function checkPath({ interruption }: Session, app: App, source: string): Promise<Finding> {
  const { signal } = interruption;
  const report = await app.inspect(source, { signal });
  const { path, logCount, directoryCount, outcome, passedOver } = report;
  const left = passedOver.map((item) => `; not into ${passedOverText(item)}`).join('');
  const text = `source ${path}: ${logCount} run logs; looked into ${directoryCount} directories${left}`;
  if (outcome === 'runs') return { mark: 'ok', text };
  return { mark: 'fail', text, next: adviceLines(source, report).join('\n      ') };
}

function checkProject(source: SourceState): Finding {
  const { name, runs, projects, failure } = source;
  if (failure !== null) return { mark: 'fail', text: `source ${name}: ${serverFailureText(name, failure)}` };
  if (runs === 0 && projects <= 1) return { mark: 'warn', text: `source ${noneYetText(source)}` };
  const found = projects > 1 ? `${projects} projects` : `${runs} runs`;
  return { mark: 'ok', text: `source ${name}: ${found}` };
}

function findingText({ terminal }: Session, { mark, text, next }: Finding): string {
  const { text: label, style } = MARKS[mark];
  return [`${terminal.style(style, label)}  ${text}`, ...(next ? [`      ${next}`] : [])].join('\n');
}

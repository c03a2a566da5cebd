/** `doctor`: looks at everything a working setup needs, and says what to type where something is missing. @module */

import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { checkCache, checkNode, checkPort, checkTensorboard, type Finding } from './checks.ts';

const MARKS = {
  ok: { text: 'ok  ', style: 'green' },
  warn: { text: 'warn', style: 'yellow' },
  fail: { text: 'fail', style: 'red' },
} as const;

/** Exit code 1 when anything fails; warnings are fine. */
export async function doctor(session: Session): Promise<ExitCode> {
  const { settings } = session.loaded;
  const { signal } = session.interruption;
  const findings = [
    checkNode(process.versions.node),
    ...(await checkSources(session)),
    await checkCache(settings.cacheDir, settings.cacheMaxBytes),
    await checkPort(settings.host, settings.port),
    ...(await checkTensorboard(settings.tensorboard, session.environment.searchPath, signal)),
  ];
  for (const finding of findings) session.terminal.print(findingText(session, finding));
  return findings.some(({ mark }) => mark === 'fail') ? EXIT.internal : EXIT.ok;
}

async function checkSources({ loaded, interruption, createApp }: Session): Promise<Finding[]> {
  await using app = createApp({ watch: 'off' });
  const { signal } = interruption;
  const inspect = (source: string) => app.inspect(source, { signal });
  return (await Promise.all(loaded.settings.sources.map(inspect))).map((report) => {
    const { path, logCount, directoryCount, advice } = report;
    const text = `source ${path}: ${logCount} run logs; looked into ${directoryCount} directories`;
    return report.outcome === 'runs' ? { mark: 'ok', text } : { mark: 'fail', text, next: advice };
  });
}

function findingText({ terminal }: Session, { mark, text, next }: Finding): string {
  const { text: label, style } = MARKS[mark];
  return [`${terminal.style(style, label)}  ${text}`, ...(next ? [`      ${next}`] : [])].join('\n');
}

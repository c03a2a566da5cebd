/** `serve`: the HTTP server, until it is told to stop. @module */

import type { App, GrpcServer, Listening, Mounted, ProjectCard } from '../../app.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { startWithRuns } from '../found-runs.ts';
import { aborted } from '../interruption.ts';
import { showReading } from '../progress.ts';
import { relaunchThroughPython } from '../python-relaunch.ts';
import type { Session } from '../session.ts';
import { tellSystemd } from '../systemd.ts';
import { mountTree, requireRoute, untilUnmounted } from '../tree-mount.ts';
import { countText, logdirPath, shellWord, tensorboardLines } from './opening-text.ts';
import { orPortFailure, startServer } from './server.ts';

export async function serve(session: Session): Promise<ExitCode> {
  const { interruption, terminal, loaded } = session;
  const { signal } = interruption;
  const { mountDir } = loaded.settings;
  const route = mountDir === null ? null : await requireRoute(session, mountDir);
  if (route?.kind === 'python') return await relaunchThroughPython(session, route);
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  await using server = await startServer(session, app, loaded.settings);
  await using provided = await provideData(session, app);
  await using mounted = route === null ? null : await mountTree(session, app, route);
  const projects = await app.overview.projects({ signal });
  printServed(session, server, { mounted, provided }, projects);
  tellSystemd(session, 'ready');
  using _progress = showReading(terminal, app);
  if (mounted !== null) await untilUnmounted(session, mounted);
  await aborted(signal);
  tellSystemd(session, 'stopping');
  session.logger.info({ reason: signal.reason }, 'stopping');
  return interruption.exitCode() ?? EXIT.ok;
}

/** The gRPC door, where it was asked for. @throws CommandFailure `portInUse` */
async function provideData(session: Session, app: App): Promise<GrpcServer | null> {
  const { host, grpcPort: port, grpcCertFile: certFile, grpcKeyFile: keyFile } = session.loaded.settings;
  if (port === null) return null;
  if ((certFile === null) !== (keyFile === null))
    throw new CommandFailure(EXIT.usage, '--grpc-cert-file and --grpc-key-file belong together: give both');
  const tls = certFile === null || keyFile === null ? null : { certFile, keyFile };
  return await orPortFailure(app.provideData({ host, port, tls, projects: null }));
}

function printServed(
  { terminal, loaded }: Session,
  server: Listening,
  { mounted, provided }: { readonly mounted: Mounted | null; readonly provided: GrpcServer | null },
  projects: readonly ProjectCard[],
): void {
  const directory = mounted?.directory ?? null;
  terminal.print(`${terminal.style('bold', server.url)}  ${countText(projects)}`);
  if (directory !== null) terminal.print(terminal.style('bold', directory));
  terminal.print('');
  if (provided !== null) {
    const encryption = loaded.settings.grpcCertFile === null ? '' : ' --grpc_creds_type=ssl';
    terminal.print('Open in TensorBoard:');
    terminal.print(`  tensorboard --grpc_data_provider ${provided.address}${encryption}`);
  } else if (directory === null) {
    terminal.print('Open in TensorBoard (needs: pip install tensorboard fsspec requests):');
    terminal.print(`  tensorboard --logdir ${shellWord(server.logdir(logdirPath(projects)))}`);
  } else {
    terminal.print('Open in TensorBoard:');
    for (const line of tensorboardLines(directory, projects)) terminal.print(`  ${line}`);
  }
}

/** `serve`: the HTTP server, until it is told to stop. @module */

import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import { aborted } from '../interruption.ts';
import { showReading } from '../progress.ts';
import { directPrefix } from '../proxy-environment.ts';
import { relaunchThroughPython } from '../python-relaunch.ts';
import { reloadOnHangup } from '../reload.ts';
import type { Session } from '../session.ts';
import { programFields } from '../start-record.ts';
import { tellSystemd } from '../systemd.ts';
import { mountTree, requireRoute, untilUnmounted } from '../tree-mount.ts';
import { openGrpcPort } from './grpc-port.ts';
import { openS3Port } from './s3-port.ts';
import { publicWarning, servedAnnouncement } from './served-text.ts';
import { startServer } from './server.ts';
import { servingOptions } from './serving-options.ts';

export async function serve(session: Session): Promise<ExitCode> {
  const { interruption, terminal, loaded } = session;
  const { signal } = interruption;
  const { mountDir, host, port } = loaded.settings;
  const route = mountDir === null ? null : await requireRoute(session, mountDir);
  if (route?.kind === 'python') return await relaunchThroughPython(session, route);
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  await using server = await startServer(session, app, {
    host,
    port,
    serving: servingOptions(loaded.settings),
  });
  await using grpc = await openGrpcPort(session, app);
  await using s3 = await openS3Port(session, app);
  await using mounted = route === null ? null : await mountTree(session, app, route);
  const projects = await app.overview.projects({ signal });
  const direct = directPrefix(session.environment.variables);
  const access = loaded.settings.access ?? 'off';
  const served = { access, server, grpc, s3, direct, directory: mounted?.directory ?? null, projects };
  const warning = publicWarning(served);
  if (warning !== null) terminal.warn(warning);
  const { fields, ...announcement } = servedAnnouncement(served, (text) => terminal.style('bold', text));
  session.announce({ ...announcement, fields: { ...fields, ...programFields(session) } });
  using _reloading = reloadOnHangup(session, app);
  await tellSystemd(session, 'ready');
  using _progress = showReading(terminal, app);
  if (mounted !== null) await untilUnmounted(session, mounted);
  await aborted(signal);
  await tellSystemd(session, 'stopping');
  session.logger.info({ reason: signal.reason }, 'stopping');
  return interruption.exitCode() ?? EXIT.ok;
}

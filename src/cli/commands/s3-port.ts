/** `serve`'s S3 port: closed unless the settings name one. @module */

import type { App, S3Server } from '../../app/index.ts';
import type { Session } from '../session.ts';
import { orPortFailure } from './server.ts';
import { servingOptions } from './serving-options.ts';

/** Null where it is off. @throws CommandFailure `portInUse` */
export async function openS3Port({ loaded, interruption }: Session, app: App): Promise<S3Server | null> {
  const { host, s3Port: port, s3Domain: domain } = loaded.settings;
  if (port === null) return null;
  const serving = servingOptions(loaded.settings);
  const { signal } = interruption;
  return await orPortFailure(app.listenS3({ host, port, domain, serving, signal }));
}

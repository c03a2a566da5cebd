/**
 * `probe [URL]`: exit code 0 when the server answers 2xx, for HEALTHCHECK and for probes of Kubernetes, which have no
 * other program to ask with. Without URL it asks `/healthz` of the port that the environment names. The certificate is
 * not looked at: this is the machine itself, by an address that no certificate has.
 */

import { get } from 'node:http';
import { get as getEncrypted } from 'node:https';

const TIMEOUT_MS = 4000;

const { WANDB_LOGDIR_PORT: port = '7070', WANDB_LOGDIR_CERT_FILE: certificate } = process.env;
const url = process.argv[2] ?? `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/healthz`;
const ask = url.startsWith('https:') ? getEncrypted : get;

/** @param {string} reason @returns {never} */
function fail(reason) {
  process.stderr.write(`${url}: ${reason}\n`);
  process.exit(1);
}

ask(url, { timeout: TIMEOUT_MS, rejectUnauthorized: false, agent: false }, (response) => {
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299) fail(`HTTP ${statusCode}`);
  process.exit(0);
})
  .on('timeout', () => fail(`no answer within ${TIMEOUT_MS} ms`))
  .on('error', ({ message }) => fail(message));

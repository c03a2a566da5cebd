/**
 * Adds up vitest's JSON reports given as arguments: names each test that failed, or passed on its second try alone, with what
 * it said, then prints `N passed, N failed, N skipped`.
 * @module
 */

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * @typedef {{ fullName: string, status: string, failureMessages: string[] }} Test
 * @typedef {{ name: string, status: string, message: string, assertionResults: Test[] }} TestFile
 */

/** Lines shown of a failure: the message and the place, not the whole of two texts that differ. */
const MAX_LINES = 25;

/** @param {string} heading @param {string} message */
function tell(heading, message) {
  const lines = message.split('\n').filter((line) => !line.includes('/node_modules/'));
  console.log([heading, ...lines.slice(0, MAX_LINES)].join('\n'));
}

/** @param {string} report @param {TestFile} file @returns {number} failures that are no test's */
function tellFailures(report, file) {
  const place = `${relative(process.cwd(), file.name)} (${report})`;
  for (const { status, fullName, failureMessages } of file.assertionResults) {
    // A test that passed keeps what its first try said.
    if (failureMessages.length === 0) continue;
    tell(
      `${status === 'passed' ? 'SECOND TRY' : 'FAILED'} ${place}: ${fullName}`,
      failureMessages.join('\n'),
    );
  }
  if (file.status !== 'failed' || file.assertionResults.some(({ status }) => status === 'failed')) return 0;
  tell(`FAILED ${place}: the file as a whole`, file.message);
  // A file that cannot be loaded has no tests to count, and is a failure all the same.
  return file.assertionResults.length === 0 ? 1 : 0;
}

let [passed, failed, skipped] = [0, 0, 0];
for (const path of process.argv.slice(2)) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) failed += tellFailures(path, file);
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

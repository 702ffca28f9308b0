import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes one project's counts where `npm test` sums them, from nx's cache too. Only for the whole
 * of a project's tests: what someone runs by hand meanwhile, or a part of them, is no count of it.
 */
export default class JsonReporter {
  constructor({ nonFlagArgs, testNamePattern }) {
    const project = process.env.NX_TASK_TARGET_PROJECT;
    if (project === undefined || nonFlagArgs.length > 0 || testNamePattern) return;
    this.file = path.resolve(import.meta.dirname, `../../.reports/jest/${project}.json`);
  }

  onRunComplete(_contexts, results) {
    if (this.file === undefined) return;
    mkdirSync(path.dirname(this.file), { recursive: true });
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = results;
    const counts = {
      passed: numPassedTests,
      // A suite that could not even load has no failed test of its own, yet must count as failed.
      failed: numFailedTests + numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(this.file, `${JSON.stringify(counts, null, 2)}\n`);
  }
}

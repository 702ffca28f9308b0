import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes one project's counts where `npm test` sums them, from nx's cache too. */
export default class JsonReporter {
  constructor(_globalConfig, { project }) {
    this.file = path.resolve(import.meta.dirname, `../../.reports/jest/${project}.json`);
  }

  onRunComplete(_contexts, results) {
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

import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** What Jest's reporter writes for one project. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Summary extends Counts {
  /** What is wrong beyond failed tests: each counts as one failure. */
  readonly mistakes: readonly string[];
}

/** Where each project's counts lie; nx puts them back when it takes a project from its cache. */
export function reportFile(workspace: string, project: string): string {
  return path.join(workspace, '.reports/jest', `${project}.json`);
}

/** Counts of an earlier run must not be taken for this one's. */
export function removeReports(workspace: string, projects: readonly string[]): void {
  for (const project of projects) rmSync(reportFile(workspace, project), { force: true });
}

/**
 * Adds up the projects' counts. A project without any is a failure: its tests did not run to their
 * end. So is a runner that failed although every test passed.
 */
export function summarise(
  workspace: string,
  { projects, runnerStatus }: { projects: readonly string[]; runnerStatus: number },
): Summary {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const mistakes: string[] = [];
  for (const project of projects) {
    const counts = readCounts(reportFile(workspace, project));
    if (!counts) mistakes.push(`${project}: its tests did not run to their end`);
    total.passed += counts?.passed ?? 0;
    total.failed += counts?.failed ?? 0;
    total.skipped += counts?.skipped ?? 0;
  }
  if (runnerStatus !== 0 && total.failed + mistakes.length === 0) {
    mistakes.push(`nx ended with status ${runnerStatus} although no test failed`);
  }
  if (total.passed + total.failed + mistakes.length === 0) mistakes.push('no test ran');
  return { ...total, failed: total.failed + mistakes.length, mistakes };
}

/** `12 passed, 0 failed`, with `, 1 skipped` when some were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

function readCounts(file: string): Counts | undefined {
  try {
    const counts = JSON.parse(readFileSync(file, 'utf8')) as Partial<Counts>;
    const { passed, failed, skipped } = counts;
    const numbers = [passed, failed, skipped];
    if (!numbers.every((count) => Number.isInteger(count))) return undefined;
    return { passed: passed ?? 0, failed: failed ?? 0, skipped: skipped ?? 0 };
  } catch {
    return undefined;
  }
}

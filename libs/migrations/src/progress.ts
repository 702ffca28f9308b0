import type { MigrationLogger } from './migration-logger.js';

const REPORT_EVERY_MS = 1_000;

/** Passes a migration's progress on to the log, at most once a second. */
export function progressReporter(
  title: string,
  logger: MigrationLogger,
): (done: number, total?: number) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = performance.now();
    if (now - reportedAt < REPORT_EVERY_MS && done !== total) return;
    reportedAt = now;
    logger.info(`${title}: ${done}${total === undefined ? '' : ` of ${total}`}`);
  };
}

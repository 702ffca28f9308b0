import { duration } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import { queryCheck } from '../check.ts';
import { redact, shortened } from '../redact.ts';

interface Blocker {
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly openMs: number | null;
  /** Whether it waits for a lock itself. */
  readonly waits: boolean | null;
  readonly query: string;
}

interface Row {
  readonly pid: number;
  readonly application: string;
  readonly waited_ms: number;
  readonly query: string;
  readonly mode: string;
  readonly object: string;
  readonly blockers: readonly Blocker[];
}

const QUERY_LENGTH = 120;
/** Waiting for so many times as long as anybody may, it is critical. */
const FAR_TOO_LONG = 30;

export const lockWaits = queryCheck<Row>({
  name: 'lock-waits',
  title: 'who waits for a lock, and behind whom',
  sql: new URL('lock-waits.sql', import.meta.url),
  values: ({ lockWaitMs }) => [lockWaitMs],
  read: (row, { lockWaitMs }): Finding => {
    const { pid, application, waited_ms: waitedMs, mode, object, blockers } = row;
    const query = shortened(redact(row.query), QUERY_LENGTH);
    return {
      severity: waitedMs >= FAR_TOO_LONG * lockWaitMs ? 'critical' : 'warning',
      subject: `process ${pid} (${application || 'unnamed'})`,
      what: `Waits for ${duration(waitedMs)} for ${mode} on ${object}, behind ${blockers.map(told).join(', and behind ') || 'somebody who is gone by now'}. It wants: ${query}`,
      next: nextStep(blockers),
      facts: {
        pid,
        application,
        waitedMs,
        mode,
        object,
        query,
        blockedBy: blockers.map((blocker) => blocker.pid).join(', '),
      },
    };
  },
});

function told({ pid, application, state, openMs, query }: Blocker): string {
  const since = openMs === null ? '' : ` for ${duration(openMs)}`;
  return `process ${pid} (${application || 'unnamed'}, ${state}${since}: ${shortened(redact(query), QUERY_LENGTH)})`;
}

function nextStep(blockers: readonly Blocker[]): string {
  // One that waits itself is not to blame.
  const first = blockers.find(({ waits }) => waits !== true) ?? blockers[0];
  if (!first) return 'Look again.';
  return `End what process ${first.pid} does, or wait for it; should it have to go now: SELECT pg_terminate_backend(${first.pid}). Changes of the schema should have a lock_timeout.`;
}

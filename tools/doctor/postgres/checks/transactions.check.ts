import { duration } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import { queryCheck } from '../check.ts';
import { redact, shortened } from '../redact.ts';

interface Row {
  readonly pid: number | null;
  readonly idle: boolean;
  readonly application: string;
  readonly role: string;
  readonly open_ms: number;
  readonly state_ms: number;
  readonly query: string;
  /** The name of one that was prepared for two-phase commit. */
  readonly prepared: string | null;
}

const QUERY_LENGTH = 160;
/** Open for so many times as long as it may be, it is critical. */
const FAR_TOO_LONG = 12;

export const transactions = queryCheck<Row>({
  name: 'transactions',
  title: 'transactions that are open for long, or idle',
  sql: new URL('transactions.sql', import.meta.url),
  values: ({ transactionMs, idleInTransactionMs }) => [transactionMs, idleInTransactionMs],
  read: (row, { transactionMs }) =>
    row.prepared === null
      ? session(row, row.open_ms >= FAR_TOO_LONG * transactionMs)
      : prepared(row, row.prepared),
});

function session(row: Row, isFarTooLong: boolean): Finding {
  const { pid, idle, application, role } = row;
  const query = shortened(redact(row.query), QUERY_LENGTH);
  return {
    severity: isFarTooLong ? 'critical' : 'warning',
    subject: `process ${pid} (${application || role || 'unnamed'})`,
    what: idle
      ? `Its transaction is open for ${duration(row.open_ms)} and does nothing for ${duration(row.state_ms)}; the last statement was: ${query}`
      : `Its transaction is open for ${duration(row.open_ms)}: ${query}`,
    next: `${idle ? 'End it where the program forgot to, and set idle_in_transaction_session_timeout' : 'See whether it still gets on; set statement_timeout, or transaction_timeout from 17 on'}. Should it have to go now: SELECT ${idle ? 'pg_terminate_backend' : 'pg_cancel_backend'}(${pid}).`,
    facts: { pid, application, role, idle, openMs: row.open_ms, stateMs: row.state_ms, query },
  };
}

function prepared({ role, open_ms: openMs }: Row, name: string): Finding {
  return {
    severity: 'critical',
    subject: `prepared transaction ${name}`,
    what: `Prepared ${duration(openMs)} ago by ${role} and neither committed nor rolled back: it keeps its locks, and vacuum from its work, across restarts.`,
    next: `Ask its transaction manager which it was; then COMMIT PREPARED or ROLLBACK PREPARED '${name.replaceAll("'", "''")}'.`,
    facts: { name, role, openMs },
  };
}

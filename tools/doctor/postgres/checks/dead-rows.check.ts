import { duration, whole } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly table: string;
  readonly dead: number;
  readonly living: number;
  readonly vacuumed_seconds: number | null;
  readonly off: boolean;
  readonly oldest_snapshot: number | null;
}

export const deadRows = queryCheck<Row>({
  name: 'dead-rows',
  title: 'rows that vacuum has not removed',
  sql: new URL('dead-rows.sql', import.meta.url),
  values: ({ deadRows: rows, deadShare }) => [rows, deadShare],
  read: ({ table, dead, living, vacuumed_seconds: ago, off, oldest_snapshot: snapshot }) => ({
    severity: 'warning',
    subject: table,
    what: `${whole(dead)} dead rows beside ${whole(living)} living ones; ${ago === null ? 'never vacuumed' : `vacuumed ${duration(ago * 1_000)} ago`}${off ? '; autovacuum is off' : ''}.`,
    next: off
      ? `Turn autovacuum on again (ALTER TABLE ${table} RESET (autovacuum_enabled), or the setting autovacuum), then VACUUM ${table}.`
      : `VACUUM (VERBOSE) ${table}. If it tells of rows that cannot be removed yet, an old transaction holds them: see the check "transactions". If it helps, let autovacuum come earlier: ALTER TABLE ${table} SET (autovacuum_vacuum_scale_factor = 0.05).`,
    facts: { dead, living, vacuumedSeconds: ago, autovacuumOff: off, oldestSnapshot: snapshot },
  }),
});

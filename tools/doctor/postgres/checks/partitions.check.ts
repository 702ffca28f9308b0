import { readFileSync } from 'node:fs';
import { whole } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import type { Check } from '../check.ts';
import type { Limits } from '../limits.ts';

interface Row {
  readonly table: string;
  /** Whether there is one for now. */
  readonly present: boolean;
  /** How many follow it without a gap. */
  readonly ahead: number;
  /** To where they reach (UTC); null where there is none for now. */
  readonly until: string | null;
  readonly default_rows: number;
  readonly has_default: boolean;
  /** Those whose DETACH … CONCURRENTLY was cut off. */
  readonly detaching: readonly string[] | null;
}

const SQL = readFileSync(new URL('partitions.sql', import.meta.url), 'utf8');
const KEEPER =
  'See why whoever makes partitions ahead does not: for account activity the users service does, every hour, and logs what stands in its way.';

/** Partitions that are due, whoever makes them: by what the catalog says of tables by time. */
export const partitions: Check = {
  name: 'partitions',
  title: 'partitions that are due',
  examine: async (session, limits) => {
    const rows = await session.rows<Row>(SQL);
    return rows.flatMap((row) => [...due(row, limits), ...strayRows(row), ...cutOff(row)]);
  },
};

function due(row: Row, { partitionsAhead }: Limits): Finding[] {
  const { table, present, ahead, until } = row;
  const facts = { present, ahead, until };
  const fate = row.has_default ? 'go to the default partition' : 'are refused';
  if (!present) {
    const what = `There is no partition for now: new rows ${fate}.`;
    return [{ severity: 'critical', subject: table, what, next: KEEPER, facts }];
  }
  if (until === null || until === 'infinity' || ahead >= partitionsAhead) return [];
  const what = `Partitions reach to ${until} (UTC), ${ahead === 0 ? 'none' : whole(ahead)} beyond the present one; ${whole(partitionsAhead)} should be there. Rows from then on ${fate}.`;
  return [
    { severity: ahead === 0 ? 'warning' : 'notice', subject: table, what, next: KEEPER, facts },
  ];
}

function strayRows({ table, default_rows: rows }: Row): Finding[] {
  if (rows === 0) return [];
  return [
    {
      severity: 'warning',
      subject: table,
      what: `About ${whole(rows)} rows are in the default partition: no partition can be made for their time, and each attach reads them.`,
      next: 'In one transaction move them into a table of their own, and attach it for their time.',
      facts: { defaultRows: rows },
    },
  ];
}

function cutOff({ table, detaching }: Row): Finding[] {
  return (detaching ?? []).map((partition) => ({
    severity: 'warning',
    subject: partition,
    what: `DETACH PARTITION … CONCURRENTLY was cut off: until it ends, none other of ${table} can be detached.`,
    next: `ALTER TABLE ${table} DETACH PARTITION ${partition} FINALIZE.`,
    facts: { table },
  }));
}

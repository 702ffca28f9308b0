import { percent, whole } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly database: string;
  readonly age: number;
  readonly share: number;
  /** The table that holds it back; null in another database. */
  readonly oldest: string | null;
}

/** At about 98 % the server refuses to write. */
const DANGEROUS = 0.75;

export const wraparound = queryCheck<Row>({
  name: 'wraparound',
  title: 'transactions left until wraparound',
  sql: new URL('wraparound.sql', import.meta.url),
  values: ({ wraparoundShare }) => [wraparoundShare],
  read: ({ database, age, share, oldest }) => ({
    severity: share >= DANGEROUS ? 'critical' : 'warning',
    subject: `database ${database}`,
    what: `${whole(age)} transactions since it was frozen, ${percent(share)} of what there is; at the end the server writes no more.${oldest === null ? '' : ` The oldest table is ${oldest}.`}`,
    next: `${oldest === null ? `Connect to ${database} and look there` : `VACUUM (FREEZE, VERBOSE) ${oldest}`}; see what kept autovacuum from it: old transactions, prepared ones, replication slots, a table whose autovacuum is always interrupted.`,
    facts: { age, share, oldest },
  }),
});

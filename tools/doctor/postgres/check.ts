import { readFileSync } from 'node:fs';
import type { Finding } from '../finding.ts';
import type { Limits } from './limits.ts';
import type { Session } from './session.ts';

/** One question to a database. */
export interface Check {
  /** As on the command line: `unused-indexes`. */
  readonly name: string;
  readonly title: string;
  /** Throws when it could not look. */
  readonly examine: (session: Session, limits: Limits) => Promise<Finding[]>;
}

/** A check that is one query, each of whose rows is a finding, or none. */
export interface QueryCheck<Row> {
  readonly name: string;
  readonly title: string;
  readonly sql: URL;
  /** What the query takes as $1, $2 …; nothing by default. */
  readonly values?: (limits: Limits) => readonly unknown[];
  readonly read: (row: Row, limits: Limits) => Finding | undefined;
}

export function queryCheck<Row extends object>({
  name,
  title,
  sql,
  values = () => [],
  read,
}: QueryCheck<Row>): Check {
  const text = readFileSync(sql, 'utf8');
  return {
    name,
    title,
    examine: async (session, limits) => {
      const rows = await session.rows<Row>(text, values(limits));
      return rows.flatMap((row) => read(row, limits) ?? []);
    },
  };
}

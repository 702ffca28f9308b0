import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { ClientBase } from 'pg';
import copy from 'pg-copy-streams';

/** What a COPY goes into. */
export interface CopyTarget {
  readonly table: string;
  readonly columns: readonly string[];
}

/** A value of a column as text; null is NULL. */
export type CopyValue = string | number | null;

/**
 * Stores rows by COPY, in the transaction of this connection. The names are the program's own.
 *
 * @throws the database's own error
 */
export async function copyRows(
  client: ClientBase,
  { table, columns }: CopyTarget,
  rows: readonly (readonly CopyValue[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const text = rows.map((row) => `${row.map(written).join('\t')}\n`).join('');
  const target = client.query(copy.from(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  await pipeline(Readable.from([Buffer.from(text)]), target);
}

/** What COPY's text format gives a meaning to. */
const SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function written(value: CopyValue): string {
  if (value === null) return '\\N';
  return String(value).replaceAll(SPECIAL, (character) => ESCAPED[character] ?? '\\\\');
}

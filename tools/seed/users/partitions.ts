import pg from 'pg';
import { inTransaction } from './database.ts';

/** Somebody else made the partition meanwhile: duplicate_table, duplicate_object, unique_violation. */
const MADE_MEANWHILE = new Set(['42P07', '42710', '23505']);

/**
 * Makes the partitions of `activity_events` for all months (UTC) from one moment to another, named
 * and made as the users service makes its own, which then takes care of these as well.
 */
export async function makePartitions(client: pg.Client, from: Date, to: Date): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
      WHERE inhparent = 'activity_events'::regclass`,
  );
  const there = new Set(rows.map(({ name }) => name));
  for (const month of monthsOf(from, to)) {
    if (!there.has(nameOf(month))) await make(client, month);
  }
}

async function make(client: pg.Client, month: Date): Promise<void> {
  const name = nameOf(month);
  try {
    await inTransaction(client, async () => {
      await client.query(
        `SET LOCAL timezone = 'UTC';
         CREATE TABLE ${name} (LIKE activity_events INCLUDING ALL EXCLUDING INDEXES);
         ALTER TABLE activity_events ATTACH PARTITION ${name}
           FOR VALUES FROM ('${month.toISOString()}') TO ('${nextOf(month).toISOString()}')`,
      );
    });
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (!MADE_MEANWHILE.has(code ?? '')) throw error;
  }
}

function monthsOf(from: Date, to: Date): Date[] {
  const months: Date[] = [];
  let month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth()));
  for (; month <= to; month = nextOf(month)) months.push(month);
  return months;
}

function nextOf(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
}

function nameOf(month: Date): string {
  return `activity_events_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

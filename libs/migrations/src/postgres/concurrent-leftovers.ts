import type { ClientBase, QueryResultRow } from 'pg';
import type { ConcurrentStatement } from './concurrent-statement.js';
import {
  FIND_INDEX,
  FIND_PARTITION,
  FIND_REINDEX_LEFTOVERS,
  FIND_RELATION,
} from './postgres.statements.js';

/** How clearing may act, and to whom it tells what it does. */
export interface ClearingHands {
  /** Whether an earlier attempt was made here, so that what is left is ours. */
  readonly attempted: boolean;
  readonly query: (text: string) => Promise<void>;
  readonly tell: (line: string) => void;
}

/** What statements that work concurrently leave behind when they are cut off. */
export class ConcurrentLeftovers {
  constructor(
    private readonly client: ClientBase,
    private readonly timeoutMs: number,
  ) {}

  /**
   * `done`: what the statement would bring about is so. `open`: it is not, or it cannot be told, as
   * for REINDEX, which may be done again.
   */
  async stateOf(what: ConcurrentStatement): Promise<'done' | 'open'> {
    switch (what.kind) {
      case 'create_index':
        return (await this.index(what.table, what.index))?.valid ? 'done' : 'open';
      case 'drop_index':
        return (await this.isThere(what.index)) ? 'open' : 'done';
      case 'detach':
        return (await this.partition(what)) === undefined ? 'done' : 'open';
      case 'reindex':
        return 'open';
      default:
        return what satisfies never;
    }
  }

  /** Clears away what would be in the way of the statement; true if that has done its work as well. */
  async clear(what: ConcurrentStatement, hands: ClearingHands): Promise<boolean> {
    switch (what.kind) {
      case 'create_index':
        await this.dropInvalid(what, hands);
        return false;
      case 'reindex':
        await this.dropCopies(what, hands);
        return false;
      case 'detach':
        return this.finalise(what, hands);
      case 'drop_index':
        return false;
      default:
        return what satisfies never;
    }
  }

  /** Also one that somebody else left: with IF NOT EXISTS PostgreSQL would take it for the index. */
  private async dropInvalid(
    { table, index }: Extract<ConcurrentStatement, { kind: 'create_index' }>,
    { query, tell }: ClearingHands,
  ): Promise<void> {
    const found = await this.index(table, index);
    if (found === undefined || found.valid) return;
    tell(`the index ${found.index} was left invalid; dropping it and building it again`);
    await query(`DROP INDEX CONCURRENTLY IF EXISTS ${found.index}`);
  }

  private async dropCopies(
    { target, name }: Extract<ConcurrentStatement, { kind: 'reindex' }>,
    { attempted, query, tell }: ClearingHands,
  ): Promise<void> {
    // Without an attempt of ours they may be those of a REINDEX that somebody runs right now.
    if (!attempted) return;
    const leftovers = await this.rows<{ index: string }>(FIND_REINDEX_LEFTOVERS, target, name);
    for (const { index } of leftovers) {
      tell(`the index ${index} was left by a REINDEX that was cut off; dropping it`);
      await query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
    }
  }

  private async finalise(
    what: Extract<ConcurrentStatement, { kind: 'detach' }>,
    { query, tell }: ClearingHands,
  ): Promise<boolean> {
    const found = await this.partition(what);
    if (!found?.pending) return false;
    tell(`the partition ${what.partition} was left half detached; finalising that`);
    await query(`ALTER TABLE ${what.table} DETACH PARTITION ${what.partition} FINALIZE`);
    return true;
  }

  private async index(table: string, index: string | undefined) {
    const [row] = await this.rows<{ index: string; valid: boolean }>(FIND_INDEX, table, index);
    return row;
  }

  private async partition({ table, partition }: { table: string; partition: string }) {
    const [row] = await this.rows<{ pending: boolean }>(FIND_PARTITION, table, partition);
    return row;
  }

  private async isThere(name: string): Promise<boolean> {
    const [row] = await this.rows<{ there: boolean }>(FIND_RELATION, name);
    return row?.there === true;
  }

  private async rows<Row extends QueryResultRow>(
    text: string,
    ...values: readonly (string | undefined)[]
  ): Promise<Row[]> {
    const config = { text, values: [...values], query_timeout: this.timeoutMs };
    return (await this.client.query<Row>(config)).rows;
  }
}

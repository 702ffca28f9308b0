import type { AnyBulkWriteOperation, ClientSession, Document, Filter, WithId } from 'mongodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationOptionsError } from '../migrations.errors.js';
import { typesAfter } from './bson-order.js';
import type { Checkpoint } from './ledger-document.js';
import type { MigrationWork } from './migration-work.js';

/** What a back-fill changes, and how. */
export interface BackfillOptions<Schema extends Document = Document> {
  /** Under which its checkpoint is kept. Default: the name of the collection. */
  readonly name?: string;
  /** Which documents. Default: all. */
  readonly filter?: Filter<Schema>;
  /** What to read of each; `_id` comes with it. Default: everything. */
  readonly projection?: Document;
  /** How many documents a transaction reads and writes. Default: 500. */
  readonly batchSize?: number;
  /** Between two batches, in ms, so that the application keeps its share. Default: 0. */
  readonly pauseMs?: number;
  /** The writes that a batch of documents takes, in one collection; may be none. */
  readonly change: (
    documents: readonly WithId<Schema>[],
  ) => readonly AnyBulkWriteOperation<Schema>[] | Promise<readonly AnyBulkWriteOperation<Schema>[]>;
}

/**
 * Changes the documents of a collection in the order of their `_id`, batch by batch. Each batch is
 * read and written in one transaction together with its checkpoint, under the fencing token of the
 * lock: each document is changed once, whatever is killed, and a runner that lost its lock changes
 * nothing more. Documents that come in meanwhile with a lower `_id` are not seen: the code that writes
 * them must write the new form before this runs. Needs a replica set.
 * @returns how many documents it saw, those of runs before included
 */
export type Backfill = <Schema extends Document = Document>(
  collection: string,
  options: BackfillOptions<Schema>,
) => Promise<number>;

const DEFAULT_BATCH_SIZE = 500;
/** Names are fields of a document. */
const NAME = /^[^.$\0]+$/;

/** The `backfill` of one migration's run. */
export function backfillOf(work: MigrationWork): Backfill {
  const names = new Set<string>();
  return async (collection, options) => {
    const name = options.name ?? collection.replaceAll('.', '_');
    if (!NAME.test(name)) throw new MigrationOptionsError(`backfill: "${name}": takes no . or $`);
    if (names.has(name)) {
      throw new MigrationOptionsError(
        `backfill: two are called "${name}"; give each a name of its own`,
      );
    }
    names.add(name);
    const { batchSize = DEFAULT_BATCH_SIZE } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new MigrationOptionsError(`backfill: batchSize: got ${batchSize}; takes 1 or more`);
    }
    return new BackfillRun(work, { collection, name, ...options, batchSize }).rest();
  };
}

type ResolvedBackfill<Schema extends Document> = BackfillOptions<Schema> & {
  readonly collection: string;
  readonly name: string;
  readonly batchSize: number;
};

class BackfillRun<Schema extends Document> {
  private checkpoint: Checkpoint | undefined;

  constructor(
    private readonly work: MigrationWork,
    private readonly options: ResolvedBackfill<Schema>,
  ) {}

  async rest(): Promise<number> {
    const { ledger, claim, file, signal, progress, logger } = this.work;
    const { name, pauseMs = 0 } = this.options;
    this.checkpoint = await ledger.checkpoint(claim, name, file.checksum);
    if (this.checkpoint) logger.info(`mongo: ${name} goes on after ${this.checkpoint.done}`);
    for (;;) {
      signal.throwIfAborted();
      const next = await this.batch();
      if (next === undefined) return this.checkpoint?.done ?? 0;
      this.checkpoint = next;
      progress(next.done);
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    }
  }

  /** One batch and its checkpoint in one transaction; undefined when nothing is left. */
  private async batch(): Promise<Checkpoint | undefined> {
    return this.work.client.withSession(async (session) =>
      session.withTransaction(async () => this.inTransaction(session), {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
        readPreference: 'primary',
      }),
    );
  }

  private async inTransaction(session: ClientSession): Promise<Checkpoint | undefined> {
    const { ledger, claim, file } = this.work;
    const documents = await this.next(session);
    const last = documents.at(-1);
    if (last === undefined) return undefined;
    const operations = await this.options.change(documents);
    if (operations.length > 0) await this.documents.bulkWrite([...operations], { session });
    const done = (this.checkpoint?.done ?? 0) + documents.length;
    const checkpoint = { checksum: file.checksum, after: last._id, done };
    await ledger.advance(claim, { name: this.options.name, checkpoint }, session);
    return checkpoint;
  }

  /** Those after the checkpoint: of its type first, then of the types that sort after it. */
  private async next(session: ClientSession): Promise<WithId<Schema>[]> {
    if (this.checkpoint === undefined) return this.find(undefined, session);
    const { after } = this.checkpoint;
    const ofItsType = await this.find({ $gt: after }, session);
    if (ofItsType.length > 0) return ofItsType;
    return this.find({ $type: typesAfter(after) }, session);
  }

  private async find(id: Document | undefined, session: ClientSession): Promise<WithId<Schema>[]> {
    const { filter = {}, projection, batchSize } = this.options;
    const where = (id === undefined ? filter : { $and: [{ _id: id }, filter] }) as Filter<Schema>;
    return this.documents
      .find(where, { session, projection, promoteValues: true })
      .sort({ _id: 1 })
      .limit(batchSize)
      .toArray();
  }

  private get documents() {
    return this.work.db.collection<Schema>(this.options.collection);
  }
}

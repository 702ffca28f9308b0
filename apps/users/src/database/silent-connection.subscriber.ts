import type { Client } from 'pg';
import {
  type AfterQueryEvent,
  type EntitySubscriberInterface,
  EventSubscriber,
  type QueryRunner,
} from 'typeorm';

/** What pg says when no answer came within `query_timeout`. */
const SILENCE = 'Query read timeout';

/**
 * Throws a connection away once the server stopped answering on it.
 *
 * `query_timeout` frees the caller, yet leaves the connection with a query in flight; given back to
 * the pool, it would make each later caller wait behind that query, until TCP gives up many minutes
 * later. Ended, it is replaced by the pool.
 */
@EventSubscriber()
export class SilentConnectionSubscriber implements EntitySubscriberInterface {
  afterQuery({ success, error, queryRunner }: AfterQueryEvent): Promise<void> | void {
    if (success || !(error instanceof Error) || error.message !== SILENCE) return;
    return endConnection(queryRunner);
  }
}

async function endConnection(queryRunner: QueryRunner): Promise<void> {
  const client = (await queryRunner.connect()) as Client;
  await client.end();
}

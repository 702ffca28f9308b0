import { randomUUID } from 'node:crypto';
import type { PostgresConnections } from './postgres.connections.js';
import { asking } from './postgres.failure.js';
import type { PostgresTimeouts } from './postgres.options.js';
import { query } from './postgres.query.js';

/** Copying the template takes longer than reading a ledger. */
const CREATE_TIMEOUT_MS = 120_000;

/**
 * Makes an empty database beside the given one. Its role needs the right CREATEDB.
 * @throws StoreFailedError, StoreUnreachableError, MigrationOptionsError
 */
export async function createScratchDatabase(
  beside: PostgresConnections,
  { commandTimeoutMs }: PostgresTimeouts,
): Promise<{ connections: PostgresConnections; drop: () => Promise<void> }> {
  const name = `trilith_scratch_${randomUUID().replaceAll('-', '')}`;
  const connections = beside.toDatabase(name);
  const timeoutMs = Math.max(commandTimeoutMs, CREATE_TIMEOUT_MS);
  const command = async (text: string) =>
    asking(beside.address, async () =>
      beside.withConnection(async (client) => query(client, text, timeoutMs)),
    );
  // From the template that nobody has put anything into.
  await command(`CREATE DATABASE ${name} TEMPLATE template0`);
  return {
    connections,
    drop: async () => {
      await command(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

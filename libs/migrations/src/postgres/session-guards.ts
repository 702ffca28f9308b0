import type { ClientBase } from 'pg';
import { query } from './postgres.query.js';
import { GUARD_CONNECTION_CHECK, GUARD_SESSION } from './postgres.statements.js';

const SHOW = 'SHOW client_connection_check_interval';

/**
 * Resets what decides how the server reads the next text: it reads all of that before it runs the first
 * statement, which would reset this too late.
 */
export const RESET_READING = `RESET client_encoding; RESET standard_conforming_strings;
  RESET backslash_quote; RESET escape_string_warning`;

interface ShownRow {
  client_connection_check_interval: string;
}

/**
 * Sets what has the server itself end the session when its runner is gone.
 * @returns statements that make the session so again, whatever a migration left set: asked of each
 * file, and so without looking anew at what this server can do
 */
export async function guardSession(
  client: Pick<ClientBase, 'query'>,
  timeoutMs: number,
): Promise<string> {
  const guards = `${GUARD_CONNECTION_CHECK}; ${GUARD_SESSION}; ${SHOW}`;
  const [shown] = await query<ShownRow>(client, guards, timeoutMs);
  const interval = shown?.client_connection_check_interval ?? '0';
  return `RESET ALL; SET SESSION AUTHORIZATION DEFAULT;
    SET client_connection_check_interval = '${interval}'; ${GUARD_SESSION}`;
}

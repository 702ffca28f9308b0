import { Command, type Redis } from 'ioredis';

import type { RedisClient } from './connection.js';
import type { ScriptRunner } from './script.js';

/** What a command of Redis takes. */
export type CommandArgument = string | number;

/**
 * Sends a command in this very turn of the event loop. An ordinary call waits for the end of the
 * turn, and then for the replies to all that was sent before: right where many callers each send a
 * little, too slow where the commands of a turn are gathered already.
 */
export async function sendNow(
  client: RedisClient,
  name: string,
  args: readonly CommandArgument[],
): Promise<unknown> {
  const command = new Command(name, [...args], { replyEncoding: 'utf8' });
  return (client as RedisClient & Pick<Redis, 'sendCommand'>).sendCommand(command);
}

/** Runs scripts by {@link sendNow}; a client that takes no ready-made commands, by its own calls. */
export function runningNow(client: ScriptRunner): ScriptRunner {
  if (!takesCommands(client)) return client;
  const send =
    (name: string) =>
    async (text: string, keys: number, ...args: CommandArgument[]) =>
      sendNow(client, name, [text, keys, ...args]);
  // Of the many ways to call them, scripts use this one.
  return { eval: send('eval'), evalsha: send('evalsha') } as unknown as ScriptRunner;
}

function takesCommands(client: ScriptRunner): client is RedisClient {
  return 'sendCommand' in client;
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Redis } from 'ioredis';

/** What ARGV takes. */
export type ScriptArgument = string | number | Buffer;

/** What a script needs of a connection: any ioredis client, cluster or pipeline-free double has it. */
export type ScriptRunner = Pick<Redis, 'eval' | 'evalsha'>;

export interface ScriptDefinition<Result> {
  /** Named in errors: `releaseLock`. */
  name: string;
  /**
   * The script's text, or where its file is: `new URL('./releaseLock-1.lua', import.meta.url)`.
   * A file is named `verbNoun-<number of keys>.lua` and opens with what KEYS, ARGV and the reply are.
   */
  lua: string | URL;
  /** How many KEYS it takes. On a cluster they must share a hash tag. */
  keys: number;
  /** Turns the raw reply into the result; it may throw. */
  parse: (reply: unknown) => Result;
}

/** A Lua script as a typed command: `await releaseLock(redis, [key], [token])`. */
export interface Script<Args extends readonly ScriptArgument[], Result> {
  (client: ScriptRunner, keys: readonly string[], args: Readonly<Args>): Promise<Result>;
  readonly scriptName: string;
  readonly sha1: string;
}

/**
 * Makes a Lua script callable by name. The text travels only when the server does not have it:
 * the first time, after a restart, a failover or a `SCRIPT FLUSH`.
 *
 * @throws {TypeError} when the file's name and `keys` disagree, or the file cannot be read.
 */
export function defineScript<Args extends readonly ScriptArgument[], Result>({
  name,
  lua,
  keys: keyCount,
  parse,
}: ScriptDefinition<Result>): Script<Args, Result> {
  const text = lua instanceof URL ? readScript(lua, keyCount) : lua;
  const sha1 = createHash('sha1').update(text).digest('hex');

  async function run(client: ScriptRunner, keys: readonly string[], args: Readonly<Args>) {
    if (keys.length !== keyCount) {
      throw new TypeError(`${name} takes ${keyCount} keys; got ${keys.length}`);
    }
    return parse(await evaluate(client, [...keys, ...args]));
  }

  async function evaluate(client: ScriptRunner, keysAndArgs: readonly ScriptArgument[]) {
    try {
      return await client.evalsha(sha1, keyCount, ...keysAndArgs);
    } catch (error) {
      // The server refused before it ran anything, so nothing happens twice.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(text, keyCount, ...keysAndArgs);
    }
  }

  return Object.assign(run, { scriptName: name, sha1 });
}

function readScript(file: URL, keyCount: number): string {
  const namedCount = /-(\d+)\.lua$/.exec(file.pathname)?.[1];
  if (namedCount !== String(keyCount)) {
    throw new TypeError(`${file.pathname} should end in -${keyCount}.lua, its number of keys`);
  }
  return readFileSync(file, 'utf8');
}

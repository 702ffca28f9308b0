import { defineScript, type ScriptRunner } from '@trilith/redis';

import { LockKeys } from '../redis/lock-keys.js';
import { FENCE_MEMORY_MS } from '../redis/reply.js';
import { scriptText } from '../redis/script-text.js';
import type { FencingTokens } from './fencing-tokens.js';

const mintToken = defineScript<[rememberMs: number], bigint>({
  name: 'mintToken',
  lua: scriptText('mintToken-1'),
  keys: 1,
  parse: (reply) => BigInt(reply as string),
});

/** Where a {@link RedisFencingTokens} keeps the last token of each resource. */
export interface RedisFencingTokensOptions {
  readonly redis: ScriptRunner;
  /** First part of every key; `trilith` by default. */
  readonly prefix?: string;
}

/**
 * Mints in another Redis than the one of the locks, such as one that writes each command to disk.
 * A token is the last one plus one, and no less than the server's time in microseconds: it rises
 * also when the last one was lost, unless the server's clock was set back as well.
 */
export class RedisFencingTokens implements FencingTokens {
  private readonly redis: ScriptRunner;
  private readonly keys: LockKeys;

  constructor({ redis, prefix = 'trilith' }: RedisFencingTokensOptions) {
    this.redis = redis;
    this.keys = new LockKeys(prefix);
  }

  async next(resource: string): Promise<bigint> {
    return mintToken(this.redis, [this.keys.of('fence', resource)], [FENCE_MEMORY_MS]);
  }
}

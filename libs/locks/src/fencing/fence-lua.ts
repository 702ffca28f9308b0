/** Where a script finds what it needs, as Lua. */
export interface FenceLuaParts {
  /** The key that keeps the highest token; in the slot of what is written. `KEYS[1]` by default. */
  readonly key?: string;
  /** The writer's token. `ARGV[1]` by default. */
  readonly token?: string;
  /** How long the highest token is kept, in milliseconds: longer than any writer sleeps. `ARGV[2]`. */
  readonly rememberMs?: string;
  /** What the script returns to a writer with a lower token. `false` by default. */
  readonly refused?: string;
}

/**
 * Lua that ends a script when a higher token has written before, and remembers the writer's else.
 * The script begins with it and then has its effect; Redis runs it as one.
 *
 * @example
 * const saveReport = defineScript<[token: string, rememberMs: number, body: string], boolean>({
 *   name: 'saveReport',
 *   lua: `${fenceLua()} redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2]) return 1`,
 *   keys: 2,
 *   parse: (reply) => reply === 1,
 * });
 * await saveReport(redis, ['fence:{r}', 'report:{r}'], [String(lease.fencingToken), 86_400_000, body]);
 */
export function fenceLua({
  key = 'KEYS[1]',
  token = 'ARGV[1]',
  rememberMs = 'ARGV[2]',
  refused = 'false',
}: FenceLuaParts = {}): string {
  // Compared as texts, longer ones being higher: a number of Lua has no room for each 64-bit token.
  return `do
  local highest, own = redis.call('GET', ${key}), ${token}
  if highest and (#highest > #own or (#highest == #own and highest > own)) then
    return ${refused}
  end
  redis.call('SET', ${key}, own, 'PX', ${rememberMs})
end
`;
}

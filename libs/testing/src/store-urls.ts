const examples = {
  DATABASE_URL: 'postgres://…',
  MONGODB_URL: 'mongodb://…',
  REDIS_URL: 'redis://…',
} as const;

/**
 * The address of a store for tests, which Jest's global set-up puts into the environment for the
 * stores that the project's package.json names.
 */
export function storeUrl(variable: keyof typeof examples): string {
  const url = process.env[variable];
  if (url) return url;
  throw new Error(
    `${variable} is not set (${examples[variable]}): name the store under "trilith": { "stores": [] } in the project's package.json`,
  );
}

/** The same address with another database. Not by URL: MongoDB's may list several hosts. */
export function withDatabase(url: string, database: string): string {
  const [, server, query = ''] = /^([a-z+]+:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(url) ?? [];
  if (server === undefined) throw new Error('the address of a store for tests has an unknown form');
  return `${server}/${database}${query}`;
}

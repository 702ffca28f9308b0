import { createHash } from 'node:crypto';

import { CacheOptionError } from './cache.errors.js';

declare const valueType: unique symbol;

/** A key that knows the type of its value: {@link defineKey} makes them. */
export interface CacheKey<Value> {
  readonly text: string;
  /** Only for the compiler. */
  readonly [valueType]?: Value;
}

/** Longest key that is used as it is, in UTF-16 units; of a longer one its hash. */
export const MAX_KEY_LENGTH = 200;

const READABLE_LENGTH = 120;

/**
 * Names a kind of value and how one of them is told from the others.
 *
 * @example
 * const accountKey = defineKey<Account>()('account', (id: string) => id);
 * const account = await cache.get(accountKey('7'));   // Account | undefined
 */
export function defineKey<Value>() {
  return <const Args extends readonly unknown[]>(
    kind: string,
    identify: (...args: Args) => string | number,
  ) => {
    if (kind === '') throw new CacheOptionError('kind', kind, 'the name of a kind of value');
    return (...args: Args): CacheKey<Value> => ({ text: `${kind}:${identify(...args)}` });
  };
}

/** @throws {CacheOptionError} when it is no key. */
export function textOf(key: string | CacheKey<unknown>): string {
  const text = typeof key === 'string' ? key : key?.text;
  if (typeof text === 'string' && text !== '') return text;
  throw new CacheOptionError('key', key, 'a text that is not empty, or what defineKey makes');
}

/** A long key keeps its beginning, for people, and ends in the SHA-256 of all of it. */
export function shortened(key: string): string {
  if (key.length <= MAX_KEY_LENGTH) return key;
  const hash = createHash('sha256').update(key).digest('base64url');
  return `${key.slice(0, READABLE_LENGTH)}…${hash}`;
}

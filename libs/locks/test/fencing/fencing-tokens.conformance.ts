import { expect, it } from '@jest/globals';

import type { FencingTokens } from '../../src/index.js';

/** What each mint promises; more than one may share a store. */
export function keepsItsPromise(mints: () => { one: FencingTokens; other: FencingTokens }): void {
  it('mints higher ones each time, also through another client', async () => {
    const { one, other } = mints();
    const tokens: bigint[] = [];
    for (let n = 0; n < 20; n += 1) tokens.push(await (n % 2 ? one : other).next('in turn'));
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('mints none twice for many at once, from the first on', async () => {
    const { one, other } = mints();
    const lane = async (mint: FencingTokens) => {
      const tokens: bigint[] = [];
      for (let n = 0; n < 10; n += 1) tokens.push(await mint.next('at once'));
      expect(tokens).toEqual(tokens.toSorted((a, b) => (a < b ? -1 : 1)));
      return tokens;
    };
    const lanes = Array.from({ length: 10 }, async (_, n) => lane(n % 2 ? one : other));
    const all = (await Promise.all(lanes)).flat();
    expect(new Set(all).size).toBe(100);
  });

  it('begins above the tokens of Redis alone, so that a service may change over', async () => {
    const beforeMicros = BigInt(Date.now() - 3_600_000) * 1_000n;
    expect(await mints().one.next('first')).toBeGreaterThan(beforeMicros);
  });

  it('takes any name of a resource', async () => {
    const { one } = mints();
    for (const name of ["o'hara", '$where', 'a.b', '{x}', 'ü ä\n']) {
      const first = await one.next(name);
      expect(await one.next(name)).toBeGreaterThan(first);
    }
  });
}

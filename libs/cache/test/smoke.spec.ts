import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { Replicas } from './replicas.js';

describe('smoke', () => {
  let replicas: Replicas;
  beforeEach(async () => {
    replicas = await Replicas.create();
  });
  afterEach(async () => {
    await replicas.close();
  });
  it('works', async () => {
    const a = await replicas.start();
    const b = await replicas.start();
    let loads = 0;
    const load = async () => {
      loads += 1;
      return { n: loads };
    };
    expect(await a.getOrSet('k', load, { tags: ['t'] })).toEqual({ n: 1 });
    expect(await b.getOrSet('k', load, { tags: ['t'] })).toEqual({ n: 1 });
    expect(b.peek('k')).toEqual({ n: 1 });
    expect(await a.set('k', { n: 10 })).toBe('applied');
    await eventually(() => expect(b.peek('k')).toBeUndefined());
    expect(await b.get('k')).toEqual({ n: 10 });
    await b.deleteByTag('t');
    expect(await b.get('k')).toEqual({ n: 10 });
    await a.set('k', { n: 11 }, { tags: ['t'] });
    expect(await b.get('k')).toBeDefined();
    await b.deleteByTag('t');
    expect(await b.get('k')).toBeUndefined();
    await eventually(() => expect(a.peek('k')).toBeUndefined());
    console.log(JSON.stringify(a.stats()), JSON.stringify(b.stats()));
  });
});

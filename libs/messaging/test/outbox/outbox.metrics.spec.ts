import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as promClient from 'prom-client';

import { Outbox, type OutboxLag, outboxMetrics } from '../../src/index.js';
import type { Backend } from './backend.js';
import { postgresBackend } from './postgres-backend.js';

describe('outboxMetrics', () => {
  let backend: Backend;
  let registry: promClient.Registry;

  beforeAll(async () => {
    backend = await postgresBackend.open();
  });
  beforeEach(() => {
    registry = new promClient.Registry();
  });
  afterAll(async () => {
    await backend.close();
  });

  /** The values of one scrape; undefined where a gauge has none. */
  const scrape = async (outbox = 'default') => {
    const text = await registry.metrics();
    const valueOf = (name: string) => {
      const line = new RegExp(`^messaging_outbox_${name}\\{outbox="${outbox}"\\} (.+)$`, 'm');
      const found = line.exec(text)?.[1];
      return found === undefined ? undefined : Number(found);
    };
    return { pending: valueOf('pending'), age: valueOf('oldest_age_seconds') };
  };

  it('tells of what the store holds at the time of the scrape', async () => {
    const outbox = new Outbox(backend.store);
    outboxMetrics(promClient, { outbox, registry, timeoutMs: 60_000 });
    expect(await scrape()).toEqual({ pending: 0, age: 0 });

    const add = async () => outbox.add({ topic: 't', key: 'k', payload: 1 });
    await backend.inTransaction(add);
    await backend.inTransaction(add);
    const { pending, age } = await scrape();
    expect(pending).toBe(2);
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(600);
  });

  it('has no value while the store does not answer, and asks it once at a time', async () => {
    const answers = [Promise.withResolvers<OutboxLag>(), Promise.withResolvers<OutboxLag>()];
    let asked = 0;
    const outbox = {
      lag: async () => answers[asked++]?.promise ?? Promise.reject(new Error('asked too often')),
    };
    outboxMetrics(promClient, { outbox, registry, timeoutMs: 20 });
    answers[0]?.resolve({ pending: 3, oldestAgeMs: 1_500 });
    expect(await scrape()).toEqual({ pending: 3, age: 1.5 });

    expect(await scrape()).toEqual({ pending: undefined, age: undefined });
    expect(await scrape()).toEqual({ pending: undefined, age: undefined });
    expect(asked).toBe(2);
    answers[1]?.resolve({ pending: 4, oldestAgeMs: 0 });
    expect(await scrape()).toEqual({ pending: 4, age: 0 });
  });

  it('tells several outboxes of one registry by their names', async () => {
    const outboxWith = (pending: number) => ({ lag: async () => ({ pending, oldestAgeMs: 0 }) });
    const silent = { lag: async () => Promise.reject(new Error('away')) };
    outboxMetrics(promClient, { outbox: outboxWith(3), registry, name: 'orders' });
    outboxMetrics(promClient, { outbox: outboxWith(5), registry, name: 'audit' });
    outboxMetrics(promClient, { outbox: silent, registry, name: 'silent' });
    expect(await scrape('orders')).toEqual({ pending: 3, age: 0 });
    expect(await scrape('audit')).toEqual({ pending: 5, age: 0 });
    expect(await scrape('silent')).toEqual({ pending: undefined, age: undefined });

    const again = () =>
      outboxMetrics(promClient, { outbox: outboxWith(1), registry, name: 'audit' });
    expect(again).toThrow('outboxMetrics.name: got "audit"; takes a name of its own');
  });

  it('has no value when the store fails, and the scrape goes on', async () => {
    const outbox = { lag: async () => Promise.reject(new Error('away')) };
    new promClient.Gauge({ name: 'other', help: 'another', registers: [registry] }).set(7);
    outboxMetrics(promClient, { outbox, registry });
    expect(await scrape()).toEqual({ pending: undefined, age: undefined });
    expect(await registry.metrics()).toContain('other 7');
  });
});

import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';

import { InboxMessageIdError } from '../../src/index.js';
import type { Backend } from '../outbox/backend.js';
import { mongoBackend } from '../outbox/mongo-backend.js';
import { postgresBackend } from '../outbox/postgres-backend.js';

// One contract, kept by each store: every case runs on both.
describe.each([postgresBackend, mongoBackend])('inbox in $name', (kind) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await kind.open();
  });
  afterAll(async () => {
    await backend.close();
  });

  const notesOf = async (text: string) => (await backend.notes()).filter((note) => note === text);
  const deliver = async (id: string, text: string) =>
    backend.inbox.once(id, async () => {
      await backend.write(text);
      return text.length;
    });

  it('runs the effect of a message once, and says so of a repeat', async () => {
    const id = uuidv7();
    expect(await deliver(id, 'once')).toEqual({ repeated: false, result: 4 });
    expect(await deliver(id, 'once')).toEqual({ repeated: true });
    expect(await notesOf('once')).toHaveLength(1);
  });

  it('forgets a message whose effect failed, together with the effect', async () => {
    const id = uuidv7();
    const failing = backend.inbox.once(id, async () => {
      await backend.write('failed');
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    expect(await notesOf('failed')).toHaveLength(0);
    expect(await deliver(id, 'failed')).toMatchObject({ repeated: false });
    expect(await notesOf('failed')).toHaveLength(1);
  });

  it('has one effect of deliveries at the same time', async () => {
    const id = uuidv7();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => deliver(id, 'at the same time')),
    );
    expect(outcomes.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await notesOf('at the same time')).toHaveLength(1);
  });

  it('gives each consumer an effect of its own', async () => {
    const id = uuidv7();
    const deliverTo = async (consumer: string) =>
      backend.inbox.once(id, consumer, async () => backend.write('each'));
    expect(await deliverTo('a')).toMatchObject({ repeated: false });
    expect(await deliverTo('b')).toMatchObject({ repeated: false });
    expect(await deliverTo('a')).toMatchObject({ repeated: true });
    expect(await notesOf('each')).toHaveLength(2);
  });

  it('joins the transaction that its caller is in', async () => {
    const id = uuidv7();
    const failing = backend.inTransaction(async () => {
      await deliver(id, 'joined');
      throw new Error('the caller gave up');
    });
    await expect(failing).rejects.toThrow('the caller gave up');
    expect(await notesOf('joined')).toHaveLength(0);
    expect(await deliver(id, 'joined')).toMatchObject({ repeated: false });
  });

  it('leaves a transaction usable that it skipped a repeat in', async () => {
    const id = uuidv7();
    await deliver(id, 'first');
    await backend.inTransaction(async () => {
      expect(await deliver(id, 'first')).toEqual({ repeated: true });
      await backend.write('after a repeat');
    });
    expect(await notesOf('after a repeat')).toHaveLength(1);
  });

  it('commits the effect together with the events that it adds', async () => {
    const id = uuidv7();
    const event = { topic: 'tests.followed', key: randomUUID(), payload: {} };
    for (let delivery = 0; delivery < 2; delivery += 1) {
      await backend.inbox.once(id, async () => backend.outbox.add(event));
    }
    const followed = (await backend.store.unsent(100)).filter(({ key }) => key === event.key);
    expect(followed).toHaveLength(1);
  });

  it.each(['', 'not-a-uuid', "'; --", '\u0000'])('refuses %j as a message id', async (id) => {
    await expect(deliver(id, 'refused')).rejects.toBeInstanceOf(InboxMessageIdError);
    expect(await notesOf('refused')).toHaveLength(0);
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { KeyedMutex } from './keyed-mutex.js';

describe('KeyedMutex', () => {
  it('should run the tasks of one key one at a time, in the order they came', async () => {
    const mutex = new KeyedMutex();
    const started: number[] = [];
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        mutex.run('post', async () => {
          started.push(index);
          most = Math.max(most, ++running);
          await nextTurn();
          running--;
        }),
      ),
    );

    expect(most).toBe(1);
    expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('should not let a key wait for another', async () => {
    const mutex = new KeyedMutex();
    const { promise: never, resolve: finish } = Promise.withResolvers<void>();
    const stuck = mutex.run('stuck', async () => never);

    await expect(mutex.run('free', async () => 'done')).resolves.toBe('done');
    finish();
    await stuck;
  });

  it('should hand a failure to its caller alone and go on', async () => {
    const mutex = new KeyedMutex();
    const failed = mutex.run('post', async () => {
      throw new Error('refused');
    });
    const next = mutex.run('post', async () => 'done');

    await expect(failed).rejects.toThrow('refused');
    await expect(next).resolves.toBe('done');
  });

  it('should keep nothing of a key that is idle', async () => {
    const mutex = new KeyedMutex();

    await Promise.all([
      mutex.run('a', nextTurn),
      mutex.run('b', nextTurn),
      mutex.run('a', nextTurn),
    ]);

    expect(mutex.size).toBe(0);
  });
});

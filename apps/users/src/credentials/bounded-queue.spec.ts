import { describe, expect, it } from '@jest/globals';

import { BoundedQueue } from './bounded-queue.js';

const full = () => new Error('full');

/** Work that ends when told to. */
function heldWork(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = async () => {
    log.push(name);
    await promise;
    return name;
  };
  return { work, finish: resolve };
}

describe('BoundedQueue', () => {
  it('never runs more than its concurrency, and runs everything in the end', async () => {
    const queue = new BoundedQueue({ concurrency: 3, maxWaiting: 50 });
    let running = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        queue.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise(setImmediate);
          running -= 1;
          return index;
        }, full),
      ),
    );
    expect(most).toBe(3);
    expect(results).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('refuses what comes when the line is full, without running it', async () => {
    const queue = new BoundedQueue({ concurrency: 1, maxWaiting: 1 });
    const log: string[] = [];
    const first = heldWork(log, 'first');
    const second = heldWork(log, 'second');
    const running = queue.run(first.work, full);
    const waiting = queue.run(second.work, full);
    await expect(queue.run(heldWork(log, 'third').work, full)).rejects.toThrow('full');
    first.finish();
    second.finish();
    await expect(Promise.all([running, waiting])).resolves.toEqual(['first', 'second']);
    expect(log).toEqual(['first', 'second']);
  });

  it('keeps the order of arrival', async () => {
    const queue = new BoundedQueue({ concurrency: 1, maxWaiting: 10 });
    const log: string[] = [];
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => queue.run(async () => log.push(name), full)));
    expect(log).toEqual(names);
  });

  it('gives the place on when work fails', async () => {
    const queue = new BoundedQueue({ concurrency: 1, maxWaiting: 1 });
    const failing = queue.run(() => Promise.reject(new Error('broken')), full);
    const next = queue.run(async () => 'next', full);
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('next');
    await expect(queue.run(async () => 'later', full)).resolves.toBe('later');
  });
});

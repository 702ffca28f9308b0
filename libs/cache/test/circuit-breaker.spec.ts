import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { RedisAwayError } from '../src/cache.errors.js';
import { CircuitBreaker } from '../src/outage/circuit-breaker.js';

describe('CircuitBreaker', () => {
  let isAway: boolean;
  let told: string[];
  let breaker: CircuitBreaker;

  beforeEach(() => {
    isAway = false;
    told = [];
    breaker = new CircuitBreaker({
      failuresToOpen: 3,
      probeEveryMs: 5,
      probe: async () => {
        if (isAway) throw new Error('still away');
      },
      onFailed: () => told.push('failed'),
      onOpened: () => told.push('opened'),
      onClosed: () => told.push('closed'),
    });
  });

  afterEach(() => {
    breaker.dispose();
  });

  const fail = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      const failing = breaker.run(async () => {
        throw new Error('timed out');
      });
      await expect(failing).rejects.toThrow('timed out');
    }
  };

  it('should open at so many failures in a row, and let nothing through until a probe succeeds', async () => {
    isAway = true;
    await fail(3);
    expect(breaker.isOpen).toBe(true);
    let calls = 0;
    const refused = breaker.run(async () => (calls += 1));
    await expect(refused).rejects.toBeInstanceOf(RedisAwayError);
    expect(calls).toBe(0);
    isAway = false;
    await eventually(() => expect(breaker.isOpen).toBe(false));
    expect(await breaker.run(async () => (calls += 1))).toBe(1);
    expect(told.filter((event) => event !== 'failed')).toEqual(['opened', 'closed']);
  });

  it('should forget failures when a call succeeds', async () => {
    for (let round = 0; round < 3; round += 1) {
      await fail(2);
      expect(await breaker.run(async () => 'fine')).toBe('fine');
    }
    expect(breaker.isOpen).toBe(false);
    isAway = true;
    await fail(3);
    expect(breaker.isOpen).toBe(true);
  });

  it('should forget the failures that opened it when it closes', async () => {
    await fail(3);
    await eventually(() => expect(breaker.isOpen).toBe(false));
    await fail(2);
    expect(breaker.isOpen).toBe(false);
  });
});

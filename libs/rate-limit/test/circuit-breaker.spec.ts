import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { CircuitBreaker } from '../src/unavailable/circuit-breaker.js';

describe('CircuitBreaker', () => {
  let now: number;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    breaker = new CircuitBreaker(2, 100);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('lets all ask until so many in a row have failed', () => {
    expect(breaker.failed()).toBe(true);
    expect(breaker.admits()).toBe(true);
    expect(breaker.succeeded()).toBe(true);
    breaker.failed();
    expect(breaker.admits()).toBe(true);
    expect(breaker.failed()).toBe(false);
    expect(breaker.admits()).toBe(false);
  });

  it('lets one try after the pause, and the others when that one has come back', () => {
    breaker.failed();
    breaker.failed();
    now += 99;
    expect(breaker.admits()).toBe(false);
    now += 1;
    expect([breaker.admits(), breaker.admits(), breaker.admits()]).toEqual([true, false, false]);
    expect(breaker.succeeded()).toBe(true);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
    expect(breaker.succeeded()).toBe(false);
  });

  it('pauses anew when the one that tried has failed', () => {
    breaker.failed();
    breaker.failed();
    now += 100;
    breaker.admits();
    now += 50;
    breaker.failed();
    now += 99;
    expect(breaker.admits()).toBe(false);
    now += 1;
    expect(breaker.admits()).toBe(true);
  });
});

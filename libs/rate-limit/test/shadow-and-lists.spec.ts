import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as promClient from 'prom-client';

import { type RateLimitObserver, rateLimitMetrics, slidingLog } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

type Decided = Parameters<NonNullable<RateLimitObserver['decided']>>[0];

const windowMs = 3_600_000;
const policy = slidingLog({ name: 'real', limit: 1, windowMs });
const shadow = slidingLog({ name: 'tried-out', limit: 1, windowMs, shadow: true });

describe('a limiter', () => {
  let test: TestRedis;
  let told: Decided[];
  const observer: RateLimitObserver = { decided: (facts) => told.push(facts) };

  beforeAll(async () => {
    test = await openRedis();
  });
  beforeEach(() => {
    told = [];
  });
  afterAll(async () => {
    await test.close();
  });

  describe('with a policy in shadow', () => {
    it('counts, reports what it would refuse, and lets it through', async () => {
      const limiter = test.limiter({ observer });
      for (let call = 0; call < 3; call += 1) {
        const decision = await limiter.consume({ policy: shadow, key: 'a' });
        expect(decision.allowed).toBe(true);
        expect(decision.all[0]).toMatchObject({ allowed: call === 0, count: 1 });
      }
      expect(told.map(({ outcome }) => outcome)).toEqual(['allowed', 'shadow', 'shadow']);
    });

    it('records the others although it would refuse, and refuses when they do', async () => {
      const limiter = test.limiter({ observer });
      await limiter.consume({ policy: shadow, key: 'b' });
      const both = [
        { policy: shadow, key: 'b' },
        { policy, key: 'b' },
      ];
      expect(await limiter.consume(both)).toMatchObject({ allowed: true, policy });
      expect(await limiter.consume(both)).toMatchObject({ allowed: false, policy });
    });
  });

  describe('with lists', () => {
    const allow = ['account-1', '192.0.2.0/24', '2001:db8::/32'];
    const deny = ['account-2', '198.51.100.7', '2001:db8:bad::/48'];

    const listed = (key: string) =>
      key.startsWith('account') ? { key } : { key: 'a', address: key };

    it.each(['account-1', '192.0.2.77', '::ffff:192.0.2.1', '2001:db8:1:2::/64'])(
      'lets %s through without counting',
      async (caller) => {
        const limiter = test.limiter({ allow, deny, observer });
        for (let call = 0; call < 3; call += 1) {
          const decision = await limiter.consume({ policy, ...listed(caller) });
          expect(decision).toMatchObject({ allowed: true, source: 'list', count: 0 });
        }
        expect((await limiter.peek({ policy, ...listed(caller) })).count).toBe(0);
        expect(told.map(({ source }) => source)).toEqual(['list', 'list', 'list']);
      },
    );

    it.each(['account-2', '198.51.100.7', '2001:db8:bad:1::/64', '2001:db8:bad::1'])(
      'refuses %s, also when another key is let through',
      async (caller) => {
        const limiter = test.limiter({ allow, deny, observer });
        const checks = [
          { policy: shadow, key: 'account-1' },
          { policy, ...listed(caller) },
        ];
        expect(await limiter.consume(checks)).toMatchObject({
          allowed: false,
          source: 'list',
          key: listed(caller).key,
          retryAfterMs: windowMs,
        });
        expect(told).toMatchObject([{ policy: 'real', outcome: 'refused', source: 'list' }]);
      },
    );

    it.each(['account-11', '192.0.3.1', '2001:db9::/64', '192.0.0.0/16', '198.51.100.8'])(
      'counts %s as anyone',
      async (caller) => {
        const limiter = test.limiter({ allow, deny, name: `as-anyone-${caller.length}` });
        const check = { policy, ...listed(caller) };
        expect(await limiter.consume(check)).toMatchObject({ source: 'redis' });
      },
    );

    it('does not take a key that looks like an address for one', async () => {
      const limiter = test.limiter({ allow, deny });
      expect(await limiter.consume({ policy, key: '192.0.2.77' })).toMatchObject({
        source: 'redis',
      });
    });
  });

  it('feeds the metrics of prom-client', async () => {
    const registry = new promClient.Registry();
    const limiter = test.limiter({ observer: rateLimitMetrics(promClient, registry) });
    for (let call = 0; call < 3; call += 1) await limiter.consume({ policy, key: 'metrics' });
    const text = await registry.metrics();
    const line = (outcome: string, source: string) =>
      `rate_limit_decisions_total{limiter="default",policy="real",outcome="${outcome}",source="${source}"}`;
    expect(text).toContain(`${line('allowed', 'redis')} 1\n`);
    expect(text).toContain(`${line('refused', 'redis')} 1\n`);
    expect(text).toContain(`${line('refused', 'memory')} 1\n`);
    expect(text).toContain('rate_limit_decision_seconds_count{limiter="default"} 2\n');
  });
});

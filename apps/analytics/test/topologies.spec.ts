import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, redisClusterForTest, redisSentinelForTest } from '@trilith/testing';

import { type Act, comment, like, publish, signUp } from './acts.js';
import { ModelFigures } from './model-figures.js';
import { Platform } from './platform.js';

const topologies = [
  { name: 'a cluster', start: redisClusterForTest },
  { name: 'a master that Sentinels watch', start: redisSentinelForTest },
];

describe.each(topologies)('the service on $name', ({ start }) => {
  let platform: Platform;

  beforeEach(async () => {
    const servers = await start();
    const close = async () => servers.close();
    platform = await Platform.start({ url: servers.url, prefix: 'topologies', close });
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should start from its environment, and count every act once', async () => {
    const posts = Array.from({ length: 20 }, (_, nth) => `post-${nth}`);
    const acts: Act[] = posts.flatMap((post) => [
      publish(post, `Title of ${post}`),
      signUp(),
      like(post),
      comment(post),
    ]);
    // As an operator starts it: with the wait for stores and all health checks.
    await platform.process();
    const replica = await platform.replica();
    for (const act of [...acts, ...acts]) await platform.publish(act.from, [act]);
    await platform.drained();

    const model = new ModelFigures();
    model.learn(acts);
    const { uniqueVisitorsToday: _, ...totals } = model.overview('2026-01-31');
    await eventually(async () => {
      expect((await replica.inject({ url: '/v1/overview' })).json()).toMatchObject(totals);
    });
    expect((await replica.inject({ url: '/health/ready' })).statusCode).toBe(200);
  });
});

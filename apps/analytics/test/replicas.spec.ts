import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { type Act, comment, like, publish, signUp, view } from './acts.js';
import { ModelFigures } from './model-figures.js';
import { Platform } from './platform.js';

const POSTS = 20;

/** Some of everything, on many posts, so that replicas can share the work. */
function manyActs(count: number): Act[] {
  const kinds = [like, comment, (post: string) => view(post, `visitor of ${post}`), signUp];
  const titles = Array.from({ length: POSTS }, (_, nth) => publish(`post-${nth}`, `Title ${nth}`));
  const acts = Array.from({ length: count }, (_, nth) => {
    const kind = kinds[nth % kinds.length] ?? like;
    return kind(`post-${nth % POSTS}`);
  });
  return [...titles, ...acts];
}

/** The exact figures, as any replica shows them. */
async function figures(app: NestFastifyApplication) {
  const [overview, board] = await Promise.all([
    app.inject({ url: '/v1/overview' }),
    app.inject({ url: '/v1/leaderboards/posts?limit=100' }),
  ]);
  const { accounts, posts, comments, likes, views } = overview.json();
  return { accounts, posts, comments, likes, views, board: board.json().items };
}

function expected(acts: readonly Act[]) {
  const model = new ModelFigures();
  model.learn(acts);
  const { uniqueVisitorsToday: _, ...totals } = model.overview('2026-01-31');
  return { ...totals, board: model.leaderboard(100) };
}

describe('two replicas', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.start();
  });

  afterEach(async () => {
    await platform.close();
  });

  /** The second time in the opposite order. */
  async function publishTwice(acts: readonly Act[]): Promise<void> {
    const deliveries = [...acts, ...acts.toReversed()];
    for (let from = 0; from < deliveries.length; from += 20) {
      const together = deliveries.slice(from, from + 20);
      await Promise.all(together.map(async (act) => platform.publish(act.from, [act])));
    }
  }

  it('should share the events and count each once', async () => {
    const [one, other] = [await platform.replica(), await platform.replica()];
    const acts = manyActs(200);
    await publishTwice(acts);
    await platform.drained();

    expect(await figures(one)).toEqual(expected(acts));
    expect(await figures(other)).toEqual(expected(acts));
  });

  it('should count each event once when one of them is stopped midway', async () => {
    const [leaving, staying] = [await platform.replica(), await platform.replica()];
    const acts = manyActs(200);
    const publishing = publishTwice(acts);
    await eventually(async () => {
      expect((await figures(staying)).likes).toBeGreaterThan(5);
    });
    await leaving.close();
    await publishing;
    await platform.drained();

    expect(await figures(staying)).toEqual(expected(acts));
  });

  const stopWithEventsInHand = async (victim: ChildProcess) => {
    victim.kill('SIGSTOP');
    if ((await platform.inHand(victim)) > 0) return true;
    victim.kill('SIGCONT');
    return false;
  };

  it('should count each event once when one of them is killed with events in hand', async () => {
    const staying = await platform.replica();
    const victim = await platform.process();
    const acts = manyActs(400);
    await publishTwice(acts.slice(0, 200));
    await eventually(async () => {
      const publishing = publishTwice(acts.slice(200)).then(() => true);
      let isStopped = false;
      while (!isStopped && !(await Promise.race([publishing, sleep(5, false)]))) {
        isStopped = await stopWithEventsInHand(victim);
      }
      await publishing;
      if (!isStopped) throw new Error('the victim was never seen with events in hand');
    });
    victim.kill('SIGKILL');
    await platform.drained();

    expect(await figures(staying)).toEqual(expected(acts));
  }, 180_000);
});

// The control: a consumer group as tutorials show it. It handles what it has read at the same time,
// takes over what others left, and knows nothing of keys.
import { setTimeout as sleep } from 'node:timers/promises';

import { createBlockingRedis, whenReady } from '@trilith/redis';

import type { Act } from '../acts.ts';
import { Database } from './database.js';
import { bareEffect } from './effects.js';
import { type PlainConsumerSettings, readSettings, tellReady } from './settings.js';

const BLOCK_MS = 500;
const ABANDONED_AFTER_MS = 1_000;

const settings = readSettings() as PlainConsumerSettings;
const { redisUrl, service: group, label, stream, handlerMs } = settings;
const redis = createBlockingRedis({ url: redisUrl, name: label, maxBlockMs: BLOCK_MS });
const haveEffect = bareEffect(new Database(settings.databaseUrl), settings);

type Entry = readonly [id: string, fields: readonly string[]];

async function nextEntries(): Promise<readonly Entry[]> {
  const claim = [stream, group, label, ABANDONED_AFTER_MS, '0', 'COUNT', 16] as const;
  const [, claimed] = (await redis.call('XAUTOCLAIM', ...claim)) as [string, Entry[]];
  if (claimed.length > 0) return claimed;
  const read = ['GROUP', group, label, 'COUNT', 16, 'BLOCK', BLOCK_MS, 'STREAMS', stream, '>'];
  const reply = (await redis.call('XREADGROUP', ...read)) as [string, Entry[]][] | null;
  return reply?.[0]?.[1] ?? [];
}

async function handle([id, fields]: Entry): Promise<void> {
  const act = JSON.parse(fields[fields.indexOf('payload') + 1] ?? '') as Act;
  if (!act.isPoison) {
    await sleep(handlerMs * Math.random());
    await haveEffect(act);
  }
  await redis.call('XACK', stream, group, id);
}

await whenReady(redis, 10_000);
tellReady();
for (;;) await Promise.all((await nextEntries()).map(handle));

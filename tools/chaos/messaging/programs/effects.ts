import { type RedisStreamsContext, PostgresInbox, inboxKey, inboxLua } from '@trilith/messaging';
import { createRedis, defineScript } from '@trilith/redis';

import { type Act, type Effect, effectsList } from '../acts.ts';
import type { Database } from './database.js';
import type { ConsumerSettings, EffectPlace } from './settings.js';

/** Has the effect of an act. */
export type HaveEffect = (act: Act, context: RedisStreamsContext) => Promise<void>;

const REMEMBER_MS = 24 * 60 * 60 * 1_000;

const ADD_EFFECT =
  'INSERT INTO effects (service, number, key, sequence, replica) VALUES ($1, $2, $3, $4, $5)';

const appendOnce = defineScript<[rememberMs: number, effect: string], number | null>({
  name: 'appendOnce',
  keys: 2,
  lua: `${inboxLua()} return redis.call('RPUSH', KEYS[2], ARGV[2])`,
  parse: (reply) => reply as number | null,
});

/** In PostgreSQL, as often as it is told. */
export function bareEffect(
  database: Database,
  { service, label }: Pick<ConsumerSettings, 'service' | 'label'>,
): (effect: Effect) => Promise<void> {
  return async ({ number, key, sequence }) =>
    void (await database.query(ADD_EFFECT, [service, number, key, sequence, label]));
}

export function effectsIn(
  place: EffectPlace,
  database: Database,
  settings: ConsumerSettings,
): HaveEffect {
  return places[place](database, settings);
}

const places: Record<EffectPlace, (database: Database, settings: ConsumerSettings) => HaveEffect> =
  {
    bare: bareEffect,
    postgres: (database, settings) => {
      const add = bareEffect(database, settings);
      const { current, inTransaction } = database;
      const inbox = new PostgresInbox({ consumer: settings.service, current, inTransaction });
      return async (act, { id }) => void (await inbox.once(id, async () => add(act)));
    },
    redis: (_database, { service, label, redisUrl }) => {
      const redis = createRedis({ url: redisUrl, name: label });
      return async ({ number, key, sequence }, { id }) => {
        const inbox = inboxKey({ tag: service, consumer: service, messageId: id });
        const effect = JSON.stringify({ number, key, sequence } satisfies Effect);
        await appendOnce(redis, [inbox, effectsList(service)], [REMEMBER_MS, effect]);
      };
    },
  };

import type { Random } from '../../chaos/random.ts';
import { Draws, uuidAt } from '../draws.ts';
import { People, SPAN_DAYS } from '../people/people.ts';
import type { ChunkedRows } from './chunks.ts';
import { copyLine, copyRows } from './database.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Accounts that are tried for one event before the one that was there from the beginning has it. */
const MOST_TRIES = 6;
const TARGET = 'activity_events (id, account_id, kind, details, occurred_at)';

/** What activity is made from. */
export interface ActivityInput {
  readonly count: number;
  /** So many accounts there are. */
  readonly accounts: number;
  readonly seed: number;
  readonly until: Date;
}

/** What accounts did: a few of them most of it, more of it lately, and more of it by day. */
export function seededActivity({ count, accounts, seed, until }: ActivityInput): ChunkedRows {
  const people = new People({ seed, until });
  const draws = new Draws(seed, 'activity');
  const momentOf = (random: Random) => eventAt(until.getTime(), random);
  const idOf = (number: number) => {
    const random = draws.at(number);
    return uuidAt(momentOf(random), random);
  };
  return {
    what: 'activity',
    count,
    there: async (client, numbers) => {
      const { rows } = await client.query<{ place: string }>(
        `SELECT place - 1 AS place FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
          WHERE EXISTS (SELECT FROM activity_events AS event WHERE event.id = wanted.id)`,
        [numbers.map(idOf)],
      );
      return new Set(rows.map(({ place }) => numbers[Number(place)] ?? -1));
    },
    write: async (client, numbers) => {
      let text = '';
      for (const number of numbers) {
        const random = draws.at(number);
        const moment = momentOf(random);
        // Nothing before this depends on how many accounts there are: with more, ids stay the same.
        const id = uuidAt(moment, random);
        const accountId = somebodyBy(moment, { people, accounts, random });
        const { kind, details } = actOf(random, moment);
        text += copyLine([id, accountId, kind, details, new Date(moment).toISOString()]);
      }
      await copyRows(client, TARGET, text);
    },
  };
}

/** A moment of the span; between one and seven o'clock (UTC) little happens. */
function eventAt(until: number, random: Random): number {
  const moment = until - Math.floor(random.next() ** 1.3 * SPAN_DAYS * DAY_MS);
  const hour = new Date(moment).getUTCHours();
  const isNight = hour >= 1 && hour < 7 && random.next() < 0.8;
  const shifted = isNight ? moment - 8 * HOUR_MS : moment;
  return Math.max(shifted, until - SPAN_DAYS * DAY_MS);
}

/** Somebody who had signed up by then: rather one of the few who do much. */
function somebodyBy(
  moment: number,
  { people, accounts, random }: { people: People; accounts: number; random: Random },
): string {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { id, createdAt } = people.keyOf(Math.floor(accounts * random.next() ** 3));
    if (createdAt <= moment) return id;
  }
  return people.keyOf(0).id;
}

function actOf(random: Random, moment: number): { kind: string; details: string } {
  const which = random.next();
  if (which < 0.55) return { kind: 'session.started', details: '{}' };
  const postId = uuidAt(moment - Math.floor(random.next() * DAY_MS), random);
  if (which < 0.8) return { kind: 'post.liked', details: JSON.stringify({ postId }) };
  if (which < 0.92) {
    const details = { postId, commentId: uuidAt(moment, random) };
    return { kind: 'comment.created', details: JSON.stringify(details) };
  }
  if (which < 0.97) return { kind: 'post.published', details: JSON.stringify({ postId }) };
  const version = 2 + Math.floor(random.next() * 5);
  return { kind: 'account.changed', details: JSON.stringify({ version }) };
}

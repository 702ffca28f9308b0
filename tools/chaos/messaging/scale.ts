import type { ExperimentContext } from '../experiment.ts';

/** What a run of a whole minute does; `--seconds` scales it. */
const FULL = { seconds: 60, events: 10_000, kills: 20, restarts: 5 };

/** How much work there is, and how hard it is hit. */
export interface Scale {
  readonly events: number;
  readonly perSecond: number;
  /** Of producer, of relays, of consumers: each so many. */
  readonly kills: number;
  /** Of Redis. */
  readonly restarts: number;
}

type Length = Pick<ExperimentContext, 'seconds' | 'events'>;

export function scaleOf(length: Length): Scale {
  const { events = scaled(FULL.events, length), seconds } = length;
  return {
    events,
    perSecond: Math.max(1, events / seconds),
    kills: scaled(FULL.kills, length),
    restarts: scaled(FULL.restarts, length),
  };
}

/** How many of something there should be when `full` belong to a whole run; at least one. */
export function scaled(full: number, { seconds }: Pick<Length, 'seconds'>): number {
  return Math.max(1, Math.round((full * seconds) / FULL.seconds));
}

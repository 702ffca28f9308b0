import type { BoardSpan } from './leaderboard.options.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** 1970 began on a Thursday; weeks begin on Mondays. */
const MONDAY_MS = 4 * DAY_MS;

/** The spans that begin anew, in UTC. */
const windowSpans = ['hour', 'day', 'week'] as const;
type WindowSpan = (typeof windowSpans)[number];

const LENGTH_MS: Readonly<Record<WindowSpan, number>> = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: WEEK_MS,
};

/** One hour, day or week of a board. Times are in milliseconds since 1970. */
export interface BoardWindow {
  /** `hour:491234` */
  readonly name: string;
  readonly start: number;
  readonly length: number;
  /** Kept for as long again after its end. */
  readonly expiresAt: number;
}

/** The window of a span that a moment is in. */
function windowAt(span: WindowSpan, moment: number): BoardWindow {
  const length = LENGTH_MS[span];
  const offset = span === 'week' ? MONDAY_MS : 0;
  const number = Math.floor((moment - offset) / length);
  const start = number * length + offset;
  return { name: `${span}:${number}`, start, length, expiresAt: start + 2 * length };
}

/** The hour, the day and the week of a moment. */
export function windowsAt(moment: number): BoardWindow[] {
  return windowSpans.map((span) => windowAt(span, moment));
}

/** All windows of which something may still be kept. */
export function windowsKeptAt(moment: number): BoardWindow[] {
  return windowSpans.flatMap((span) => {
    const current = windowAt(span, moment);
    return [current, windowAt(span, current.start - 1)];
  });
}

/** Names the set that holds a span now. */
export function setOf(span: BoardSpan, now: number): string {
  return span === 'trending' || span === 'all' ? span : windowAt(span, now).name;
}

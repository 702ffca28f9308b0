/** In which steps events are counted, the finest first. */
export const granularities = ['minute', 'hour', 'day', 'month'] as const;
export type Granularity = (typeof granularities)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/**
 * How long counts are kept after their period, in milliseconds: the finer, the shorter. Months are
 * kept for five years.
 */
export const KEPT_MS: Readonly<Record<Granularity, number>> = {
  minute: 2 * DAY_MS,
  hour: 40 * DAY_MS,
  day: 400 * DAY_MS,
  month: 1_830 * DAY_MS,
};

/** From `from`, inclusive, to `to`, exclusive. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/** A period whose count is one field of a hash. */
export interface Period {
  readonly granularity: Granularity;
  readonly start: Date;
  /** Names the hash, among those of one dimension's value: `hour:20484`. */
  readonly hash: string;
  readonly field: number;
}

/** Periods that share a hash: read by one command. */
export interface PeriodsOfHash {
  readonly hash: string;
  readonly fields: readonly number[];
}

/** The period that a moment is in. */
export function periodOf(granularity: Granularity, moment: Date): Period {
  const start = startOf(granularity, moment);
  return { granularity, start, ...placeOf(granularity, start) };
}

/** The start of the period that a moment is in, in UTC. */
export function startOf(granularity: Granularity, moment: Date): Date {
  const [year, month] = [moment.getUTCFullYear(), moment.getUTCMonth()];
  if (granularity === 'month') return new Date(Date.UTC(year, month));
  const ms = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS }[granularity];
  return new Date(Math.floor(moment.getTime() / ms) * ms);
}

/** The start of the next period. */
export function endOf({ granularity, start }: Pick<Period, 'granularity' | 'start'>): Date {
  if (granularity === 'month') {
    return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
  }
  const ms = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS }[granularity];
  return new Date(start.getTime() + ms);
}

/** All periods of one granularity that begin in a range. */
export function periodsIn(granularity: Granularity, { from, to }: TimeRange): Period[] {
  const periods: Period[] = [];
  let period = periodOf(granularity, from);
  if (period.start < from) period = periodOf(granularity, endOf(period));
  while (period.start < to) {
    periods.push(period);
    period = periodOf(granularity, endOf(period));
  }
  return periods;
}

/**
 * The fewest periods that make up a range: months where a whole one fits, then days, hours, minutes.
 * Parts of a minute at either end are left out.
 */
export function decompose({ from, to }: TimeRange): Period[] {
  const periods: Period[] = [];
  let at = periodsIn('minute', { from, to })[0]?.start ?? to;
  while (at < to) {
    const period = longestFrom(at, to);
    if (!period) break;
    periods.push(period);
    at = endOf(period);
  }
  return periods;
}

/** Periods by the hash that holds their counts. */
export function byHash(periods: readonly Period[]): PeriodsOfHash[] {
  const hashes = Map.groupBy(periods, ({ hash }) => hash);
  return [...hashes].map(([hash, own]) => ({ hash, fields: own.map(({ field }) => field) }));
}

function longestFrom(at: Date, to: Date): Period | undefined {
  return granularities
    .map((granularity) => periodOf(granularity, at))
    .findLast((period) => period.start.getTime() === at.getTime() && endOf(period) <= to);
}

/** Minutes share a hash an hour, hours one a day, days one a month, months one a year. */
function placeOf(granularity: Granularity, start: Date): Pick<Period, 'hash' | 'field'> {
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + 1];
  const places = {
    minute: { hash: `minutes:${hourNumber(start)}`, field: start.getUTCMinutes() },
    hour: { hash: `hours:${dayNumber(start)}`, field: start.getUTCHours() },
    day: { hash: `days:${year * 100 + month}`, field: start.getUTCDate() },
    month: { hash: `months:${year}`, field: month },
  };
  return places[granularity];
}

/** Days since 1970. */
export function dayNumber(moment: Date): number {
  return Math.floor(moment.getTime() / DAY_MS);
}

function hourNumber(moment: Date): number {
  return Math.floor(moment.getTime() / HOUR_MS);
}

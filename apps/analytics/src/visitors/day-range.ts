import { DAY_MS, dayNumber, endOf, periodOf } from '../counters/periods.js';

/** Days in UTC, since 1970: `from` inclusive, `to` exclusive. */
export interface DayRange {
  readonly from: number;
  readonly to: number;
}

/** A part of a range whose visitors one set holds, once it is over. */
export interface DayPart {
  readonly kind: 'day' | 'week' | 'month';
  /** The day's or the week's number since 1970, or the month: 202601. */
  readonly number: number;
  readonly first: number;
  readonly last: number;
}

/** Day 0 is a Thursday; weeks begin on Mondays. */
const MONDAY = 4;

/** Splits days into the fewest parts: whole months, then whole weeks, then days. */
export function partsOf({ from, to }: DayRange): DayPart[] {
  const parts: DayPart[] = [];
  let day = from;
  while (day < to) {
    const part = wholeMonthAt(day, to) ?? wholeWeekAt(day, to) ?? oneDay(day);
    parts.push(part);
    day = part.last + 1;
  }
  return parts;
}

/** The day of a moment, alone. */
export function dayOf(moment: Date): DayRange {
  const from = dayNumber(moment);
  return { from, to: from + 1 };
}

function wholeMonthAt(day: number, to: number): DayPart | undefined {
  const start = new Date(day * DAY_MS);
  if (start.getUTCDate() !== 1) return undefined;
  const last = dayNumber(endOf(periodOf('month', start))) - 1;
  if (last >= to) return undefined;
  const number = start.getUTCFullYear() * 100 + start.getUTCMonth() + 1;
  return { kind: 'month', number, first: day, last };
}

/** Not where a whole month begins within the week: months hold more. */
function wholeWeekAt(day: number, to: number): DayPart | undefined {
  const last = day + 6;
  if (day % 7 !== MONDAY || last >= to) return undefined;
  for (let inside = day + 1; inside <= last; inside += 1) {
    if (wholeMonthAt(inside, to)) return undefined;
  }
  return { kind: 'week', number: (day + 3) / 7, first: day, last };
}

function oneDay(day: number): DayPart {
  return { kind: 'day', number: day, first: day, last: day };
}

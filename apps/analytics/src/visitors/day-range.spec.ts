import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { DAY_MS, dayNumber } from '../counters/periods.js';
import { type DayPart, type DayRange, partsOf } from './day-range.js';

const day = (text: string) => dayNumber(new Date(text));
const show = (range: DayRange) => partsOf(range).map(({ kind, number }) => `${kind} ${number}`);

describe('the parts of a range of days', () => {
  it('should be whole months, then whole weeks, then days', () => {
    // 29 January 2026 is a Thursday, 2 March a Monday.
    const range = { from: day('2026-01-30'), to: day('2026-03-11') };
    expect(show(range)).toEqual([
      `day ${day('2026-01-30')}`,
      `day ${day('2026-01-31')}`,
      'month 202602',
      `day ${day('2026-03-01')}`,
      `week ${(day('2026-03-02') + 3) / 7}`,
      `day ${day('2026-03-09')}`,
      `day ${day('2026-03-10')}`,
    ]);
  });

  it('should be few for a year', () => {
    expect(partsOf({ from: day('2025-01-31'), to: day('2026-01-31') }).length).toBeLessThan(30);
  });

  it('should cover each day once, in order, in weeks from Monday and months from the 1st', () => {
    const days = fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 500 }));
    fc.assert(
      fc.property(days, ([from, length]) => {
        const parts = partsOf({ from, to: from + length });
        const covered = parts.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, nth) => first + nth),
        );
        expect(covered).toEqual(Array.from({ length }, (_, nth) => from + nth));
        expect(parts.filter((part) => !isWhole(part))).toEqual([]);
      }),
    );
  });
});

function isWhole({ kind, number, first, last }: DayPart): boolean {
  const [start, next] = [new Date(first * DAY_MS), new Date((last + 1) * DAY_MS)];
  if (kind === 'day') return number === first && last === first;
  if (kind === 'week') return start.getUTCDay() === 1 && last - first === 6;
  const month = start.getUTCFullYear() * 100 + start.getUTCMonth() + 1;
  return start.getUTCDate() === 1 && next.getUTCDate() === 1 && number === month;
}

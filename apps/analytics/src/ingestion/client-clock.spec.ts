import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { timeOf } from './client-clock.js';
import type { SentEvent } from './dto/event.dto.js';

const HOUR_MS = 3_600_000;
const received = new Date('2026-01-31T12:00:00.000Z');
const atHours = (hours: number) => new Date(received.getTime() + hours * HOUR_MS);

function event(times: { at?: Date; sentAt?: Date; idAt?: Date }): SentEvent {
  const { at, sentAt, idAt = received } = times;
  return {
    id: uuidv7({ msecs: idAt.getTime() }),
    type: 'view',
    ...(at && { at: at.toISOString() }),
    ...(sentAt && { sentAt: sentAt.toISOString() }),
  };
}

describe('the time of an event', () => {
  it('should be when it arrives, where the sender says nothing', () => {
    expect(timeOf(event({}), received)).toEqual(received);
  });

  it('should be what the sender says, where nothing tells of its clock', () => {
    expect(timeOf(event({ at: atHours(-3) }), received)).toEqual(atHours(-3));
  });

  it('should be as long ago as the sender says, however wrong its clock is by up to a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -24 * HOUR_MS, max: 24 * HOUR_MS }),
        fc.integer({ min: 0, max: 90 * HOUR_MS }),
        (skewMs, agoMs) => {
          const clock = received.getTime() + skewMs;
          const sent = { sentAt: new Date(clock), at: new Date(clock - agoMs) };
          expect(timeOf(event({ ...sent, idAt: sent.at }), received).getTime()).toBe(
            received.getTime() - agoMs,
          );
        },
      ),
    );
  });

  it('should never be in the future, by which clocks may differ a little', () => {
    expect(timeOf(event({ at: atHours(4 / 60) }), received)).toEqual(received);
  });

  it.each([
    ['in_the_future', { at: atHours(6 / 60) }],
    ['in_the_future', { at: atHours(20), sentAt: atHours(19) }],
    ['too_old', { at: atHours(-97) }],
    ['clock_off', { at: atHours(-26), sentAt: atHours(-26) }],
    ['clock_off', { at: atHours(26), sentAt: atHours(26) }],
    ['clock_off', { idAt: atHours(26) }],
    ['clock_off', { idAt: atHours(-122) }],
    ['clock_off', { idAt: new Date(0) }],
  ])('should not be believed: %s for %j', (code, times) => {
    expect(() => timeOf(event(times), received)).toThrow(expect.objectContaining({ code }));
  });

  it('should be believed for so short that an id is remembered for longer', () => {
    const dayMs = 24 * HOUR_MS;
    const everBelieved = (sent: SentEvent) => {
      const hours = Array.from({ length: 24 * 40 }, (_, nth) => atHours(nth - 24 * 20));
      return hours.filter((moment) => {
        try {
          timeOf(sent, moment);
          return true;
        } catch {
          return false;
        }
      });
    };
    fc.assert(
      fc.property(
        fc.integer({ min: -100, max: 100 }),
        fc.integer({ min: -100, max: 100 }),
        (atHour, sentHour) => {
          const sent = event({ at: atHours(atHour), sentAt: atHours(sentHour) });
          const believed = everBelieved(sent).map((moment) => moment.getTime());
          if (believed.length === 0) return;
          expect(Math.max(...believed) - Math.min(...believed)).toBeLessThan(7 * dayMs);
        },
      ),
      { numRuns: 60 },
    );
  });
});

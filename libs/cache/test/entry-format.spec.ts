import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { formatEntry, parseEntry, positionText, stampOf } from '../src/entry-format.js';

const facts = fc.record({
  position: fc.integer({ min: 0, max: 9_007_199_254_740_991 }),
  createdAt: fc.nat(),
  freshUntil: fc.nat(),
  goneAt: fc.nat(),
  hasGrace: fc.boolean(),
  tags: fc.array(fc.string({ maxLength: 200, unit: 'grapheme' }), { maxLength: 64 }),
  etag: fc.option(fc.string({ maxLength: 1_000 }), { nil: undefined }),
  absence: fc.constantFrom('undefined' as const, 'null' as const, undefined),
});

describe('the format of an entry', () => {
  it('should give back what was put in', () => {
    const codecId = fc.integer({ min: 1, max: 255 });
    const compression = fc.constantFrom('gzip' as const, 'zstd' as const, undefined);
    fc.assert(
      fc.property(
        facts,
        codecId,
        compression,
        fc.uint8Array(),
        (facts, codecId, compression, bytes) => {
          const payload = Buffer.from(bytes);
          const formatted = { facts, codecId, compression, payload };
          const position = Buffer.from(positionText(facts.position));
          const stored = Buffer.concat([position, formatEntry(formatted)]);
          expect(parseEntry(stored)).toEqual(formatted);
          expect(stored.subarray(0, 24)).toEqual(stampOf(facts));
        },
      ),
    );
  });

  it.each(['/', ':', ' ', '-', '.', 'x', 'é'])(
    'should be foreign with a %j in its position',
    (text) => {
      const facts = { position: 0, createdAt: 1, freshUntil: 2, goneAt: 3 };
      const more = { hasGrace: false, tags: [], etag: undefined, absence: undefined };
      const formatted = { codecId: 1, compression: undefined, payload: Buffer.alloc(9) };
      const rest = formatEntry({ ...formatted, facts: { ...facts, ...more } });
      const stored = Buffer.concat([Buffer.from(positionText(7)), rest]);
      expect(parseEntry(stored)?.facts.position).toBe(7);
      for (let at = 0; at < 16; at += 1) {
        const damaged = Buffer.from(stored);
        damaged.write(text, at, 'latin1');
        expect(parseEntry(damaged)).toBeUndefined();
      }
    },
  );

  it('should never throw, whatever it is given', () => {
    fc.assert(
      fc.property(facts, fc.nat(2_000), fc.uint8Array({ minLength: 1 }), (facts, at, damage) => {
        const formatted = { facts, codecId: 1, compression: undefined, payload: Buffer.alloc(9) };
        const stored = Buffer.concat([Buffer.from(positionText(1)), formatEntry(formatted)]);
        stored.set(
          damage.subarray(0, Math.max(0, stored.length - at)),
          Math.min(at, stored.length),
        );
        parseEntry(stored);
        parseEntry(stored.subarray(0, at));
        parseEntry(Buffer.from(damage));
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';

import { KeySpace } from '../store/key-space.js';
import { inboxEntry } from './inbox-entry.js';

const keys = new KeySpace('test', 'counters');
const idAt = (time: string) => uuidv7({ msecs: Date.parse(time) });

describe('inboxEntry', () => {
  it('should give every delivery of an event the same entry', () => {
    const id = uuidv7();

    expect(inboxEntry(keys, id)).toEqual(inboxEntry(keys, id.toUpperCase()));
  });

  it('should gather the events of one minute in one bucket', () => {
    const first = inboxEntry(keys, idAt('2026-01-31T23:59:00.000Z'));
    const last = inboxEntry(keys, idAt('2026-01-31T23:59:59.999Z'));
    const next = inboxEntry(keys, idAt('2026-02-01T00:00:00.000Z'));

    expect(last.bucket).toBe(first.bucket);
    expect(last.id).not.toEqual(first.id);
    expect(next.bucket).not.toBe(first.bucket);
  });

  it('should take uuids of other versions', () => {
    const id = uuidv4();

    expect(inboxEntry(keys, id).id.toString('hex')).toBe(id.replaceAll('-', ''));
  });

  it('should refuse what is no uuid', () => {
    expect(() => inboxEntry(keys, 'event-1')).toThrow(TypeError);
  });
});

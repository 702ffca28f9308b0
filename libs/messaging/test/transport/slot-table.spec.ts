import { describe, expect, it } from '@jest/globals';

import { SlotTable } from '../../src/transport/slot-table.js';

describe('a table of slots', () => {
  it('should keep each item in a slot of its own until it is removed', () => {
    const table = new SlotTable<string>();
    const slots = ['a', 'b', 'c'].map((item) => table.add(item));
    expect(new Set(slots).size).toBe(3);
    table.remove(slots[1] ?? NaN);
    expect(table.values()).toEqual(['a', 'c']);
    expect(table.get(slots[2] ?? NaN)).toBe('c');
  });

  it('should use a slot again, and not twice', () => {
    const table = new SlotTable<string>();
    const slot = table.add('a');
    table.remove(slot);
    table.remove(slot);
    expect(new Set([table.add('b'), table.add('c')])).toEqual(new Set([slot, slot + 1]));
  });

  it('should not mind a slot that never was', () => {
    const table = new SlotTable<string>();
    table.remove(NaN);
    expect(table.get(7)).toBeUndefined();
    expect(table.values()).toEqual([]);
  });
});

/**
 * What is under way right now: added and removed many thousand times a second. A `Set` or a `Map`
 * would do, were it not for the garbage collector: each time they make room they leave their old
 * table behind, and what that refers to outlives the next collections.
 */
export class SlotTable<T> {
  private readonly slots: (T | undefined)[] = [];
  private readonly free: number[] = [];

  /** Returns the item's slot, which is its own until it is removed. */
  add(item: T): number {
    const slot = this.free.pop() ?? this.slots.length;
    this.slots[slot] = item;
    return slot;
  }

  get(slot: number): T | undefined {
    return this.slots[slot];
  }

  /** What is not there is no error. */
  remove(slot: number): void {
    if (this.slots[slot] === undefined) return;
    this.slots[slot] = undefined;
    this.free.push(slot);
  }

  values(): T[] {
    return this.slots.filter((item) => item !== undefined);
  }
}

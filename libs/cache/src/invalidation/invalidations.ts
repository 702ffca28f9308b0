import type { CacheEventMap, CacheEvents } from '../cache-events.js';
import type { Entry } from '../entry.js';
import type { MemoryLayer } from '../memory/memory-layer.js';
import type { LogState } from '../redis/scripts.js';
import type { Change, ChangeKind } from './log-record.js';
import type { KeyWatches } from './key-watches.js';
import type { Marks } from './marks.js';
import type { WakeUps } from './wake-ups.js';

export interface InvalidationsOptions {
  readonly memory: MemoryLayer | undefined;
  readonly marks: Marks;
  readonly watches: KeyWatches;
  readonly wakeUps: WakeUps;
  readonly events: CacheEvents;
  /** Nobody may join any more what is being read or loaded of the key since before the position. */
  readonly detach: (key: string, position: number) => void;
  readonly detachAll: () => void;
}

const eventKinds: Partial<Record<ChangeKind, CacheEventMap['invalidated']['kind']>> = {
  w: 'written',
  d: 'deleted',
  e: 'expired',
  t: 'tag-deleted',
  s: 'tag-expired',
  c: 'cleared',
};

/** Makes what was written anywhere hold in this process. */
export class Invalidations {
  constructor(private readonly options: InvalidationsOptions) {}

  /** A write that the log has at the position, by this process or another. May be told twice. */
  apply({ kind, name }: Change, position: number): void {
    const { marks, memory, wakeUps } = this.options;
    switch (kind) {
      case 'w':
      case 'd':
        this.overtake(name, position);
        memory?.deleteOlder(name, position);
        break;
      case 'e':
        this.overtake(name, position);
        memory?.expireOlder(name, position);
        break;
      case 't':
        marks.bump(name, 'hard', position);
        break;
      case 's':
        marks.bump(name, 'soft', position);
        break;
      case 'c':
      case 'b':
        marks.raiseFloor(position);
        break;
      case 'f':
      case 'r':
        wakeUps.wake(name);
        break;
    }
  }

  tell({ kind, name }: Change): void {
    const event = eventKinds[kind];
    if (event !== undefined) this.options.events.emit('invalidated', { kind: event, name });
  }

  /**
   * A write that Redis does not have yet: what this process has of it goes now. There is no position
   * to compare with, so whatever is under way is not kept.
   */
  applyUnrecorded({ kind, name }: Change): void {
    const { memory, watches } = this.options;
    if (kind === 'w' || kind === 'd') {
      this.overtake(name, Infinity);
      memory?.delete(name);
    } else if (kind === 'e') {
      this.overtake(name, Infinity);
      memory?.expireOlder(name, Infinity);
    } else {
      watches.noteAll(Infinity);
      this.options.detachAll();
      if (kind === 'c') memory?.clear();
      else this.sweep(name, (key, entry) => this.sweepOne(kind, key, entry));
    }
  }

  /** Records were missed: nothing in memory can be relied on. */
  restart({ position, floor }: LogState): void {
    const { marks, memory, watches, wakeUps, detachAll } = this.options;
    marks.restart(position, floor);
    memory?.clear();
    // A load that began at the newest position or later missed nothing: such as the very first one.
    watches.noteAll(position);
    detachAll();
    wakeUps.wakeAll();
  }

  private overtake(key: string, position: number): void {
    const { watches, wakeUps, detach } = this.options;
    watches.note(key, position);
    detach(key, position);
    wakeUps.wake(key);
  }

  private sweep(tag: string, visit: (key: string, entry: Entry) => void): void {
    const { memory } = this.options;
    if (memory === undefined) return;
    for (const [key, entry] of memory.withTag(tag)) visit(key, entry);
  }

  private sweepOne(kind: ChangeKind, key: string, entry: Entry): void {
    if (kind === 's') entry.makeStale();
    else this.options.memory?.delete(key);
  }
}

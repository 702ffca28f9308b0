import { createHash } from 'node:crypto';

import { KeySpace } from '../store/key-space.js';
import type { RecordedEvent } from './recorded-event.js';

/** Figures made of events are spread over so many slots. Another number would lose what is there. */
export const SHARDS = 8;

/**
 * Where the figures of an event are: all of a page in one slot, so that one script counts an event
 * everywhere and remembers its id, and so that one page has one list of values.
 */
export class EventShards {
  /** The key space of each shard. */
  readonly all: readonly KeySpace[];

  constructor(prefix: string) {
    this.all = Array.from({ length: SHARDS }, (_, nth) => new KeySpace(prefix, `events:${nth}`));
  }

  /** A page's own; what has no page goes by its id. */
  of({ page, id }: Pick<RecordedEvent, 'page' | 'id'>): KeySpace {
    return this.ofText(page ?? id.toLowerCase());
  }

  ofPage(page: string): KeySpace {
    return this.ofText(page);
  }

  private ofText(text: string): KeySpace {
    const nth = createHash('sha1').update(text).digest().readUInt32BE(0) % SHARDS;
    const [first] = this.all;
    const shard = this.all[nth] ?? first;
    if (!shard) throw new RangeError('there are no shards');
    return shard;
  }
}

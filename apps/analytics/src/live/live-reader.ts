import type { ServerResponse } from 'node:http';

import { type LiveEntry, isAfter } from './live-log.js';

/** What may wait for a reader: minutes of what is told. A slower one is dropped, and resumes. */
const MOST_WAITING_BYTES = 64 * 1024;

/** One who reads along: an answer that stays open. */
export class LiveReader {
  private sentId = '0-0';
  /** What came while what was missed is still being read. */
  private held: LiveEntry[] | undefined = [];

  constructor(private readonly response: ServerResponse) {}

  /** Goes on after what was missed, in order and without saying anything twice. */
  start(missed: readonly LiveEntry[]): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const entry of [...missed, ...held]) this.send(entry, frameOf(entry));
  }

  /** @param frame the entry as it is written, made once for all readers */
  send(entry: LiveEntry, frame: string): void {
    if (this.held) this.held.push(entry);
    else if (isAfter(entry.id, this.sentId)) {
      this.sentId = entry.id;
      this.write(frame);
    }
  }

  write(frame: string): void {
    // Not while what was missed is read: the answer has not begun.
    if (!this.response.headersSent) return;
    this.response.write(frame);
    if (this.response.writableLength > MOST_WAITING_BYTES) this.response.destroy();
  }

  end(): void {
    this.response.end();
  }
}

/** As server-sent events are written. */
export function frameOf({ id, told }: LiveEntry): string {
  return `id: ${id}\nevent: change\ndata: ${told}\n\n`;
}

/** Tells a reader that something may be lacking: look at the figures anew. */
export const GAP = 'event: gap\ndata: {}\n\n';

/** A comment, by which connections that nobody holds any more are found out. */
export const HEARTBEAT = ': alive\n\n';

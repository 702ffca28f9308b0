import { LINE_FEED, NOTHING, withoutEnd } from './line-end.js';
import { LONGEST_ROW, type RawRow, type RowSplitter } from './raw-row.js';

/** Each line is a row. */
export class NdjsonSplitter implements RowSplitter {
  private held: Buffer = NOTHING;
  /** Bytes of a line that is too long, which are not held. */
  private dropped = 0;

  *split(piece: Buffer): Iterable<RawRow> {
    const data = this.held.length > 0 ? Buffer.concat([this.held, piece]) : piece;
    let from = 0;
    for (;;) {
      const end = data.indexOf(LINE_FEED, from);
      if (end === -1) break;
      yield this.row(data.subarray(from, end + 1));
      from = end + 1;
    }
    this.held = data.subarray(from);
    if (this.held.length > LONGEST_ROW) this.drop();
  }

  *rest(): Iterable<RawRow> {
    if (this.held.length + this.dropped > 0) yield this.row(this.held);
    this.held = NOTHING;
  }

  private row(line: Buffer): RawRow {
    const size = this.dropped + line.length;
    this.dropped = 0;
    return size > LONGEST_ROW
      ? { bytes: NOTHING, size, fault: 'too_long' }
      : { bytes: withoutEnd(line), size };
  }

  private drop(): void {
    this.dropped += this.held.length;
    this.held = NOTHING;
  }
}

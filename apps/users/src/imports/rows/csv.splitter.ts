import { CARRIAGE_RETURN, LINE_FEED, NOTHING, withoutEnd } from './line-end.js';
import { LONGEST_ROW, type RawRow, type RowSplitter } from './raw-row.js';

const QUOTE = 34;
const COMMA = 44;

/** Where a record ends, and whether its quotes are as RFC 4180 has them. */
interface RecordEnd {
  readonly end: number;
  readonly isWellFormed: boolean;
}

/**
 * Each record is a row: quoted fields may hold ends of lines. A quote that is never closed would take
 * the rest of the file for one field. So a record whose quotes are wrong, or that is too long, is
 * refused up to the end of its first line, and what follows is read anew.
 */
export class CsvSplitter implements RowSplitter {
  private held: Buffer = NOTHING;
  /** Bytes of a line that is too long, which are not held. */
  private dropped = 0;

  *split(piece: Buffer): Iterable<RawRow> {
    this.held = this.held.length > 0 ? Buffer.concat([this.held, piece]) : piece;
    yield* this.records(false);
  }

  *rest(): Iterable<RawRow> {
    yield* this.records(true);
    if (this.held.length + this.dropped === 0) return;
    const size = this.dropped + this.held.length;
    yield { bytes: NOTHING, size, fault: this.dropped > 0 ? 'too_long' : 'malformed' };
    this.held = NOTHING;
    this.dropped = 0;
  }

  /** @param isLast whether the end of the data ends a record, too */
  private *records(isLast: boolean): Iterable<RawRow> {
    const data = this.held;
    let from = 0;
    while (from < data.length) {
      const row = this.dropped > 0 ? this.restOfLong(data, from) : recordAt(data, from, isLast);
      if (row === undefined) break;
      yield row;
      from += row.size - this.dropped;
      this.dropped = 0;
    }
    this.held = data.subarray(from);
    if (this.held.length > LONGEST_ROW || this.dropped > 0) {
      this.dropped += this.held.length;
      this.held = NOTHING;
    }
  }

  private restOfLong(data: Buffer, from: number): RawRow | undefined {
    const end = data.indexOf(LINE_FEED, from);
    if (end === -1) return undefined;
    return { bytes: NOTHING, size: this.dropped + end + 1 - from, fault: 'too_long' };
  }
}

/** Undefined when its end has not arrived yet. */
function recordAt(data: Buffer, from: number, isLast: boolean): RawRow | undefined {
  const found = endOfRecord(data, from, isLast);
  if (found === undefined) {
    if (data.length - from <= LONGEST_ROW && !isLast) return undefined;
    return firstLine(data, from, isLast ? 'malformed' : 'too_long');
  }
  if (!found.isWellFormed) return firstLine(data, from, 'malformed');
  const size = found.end - from;
  if (size > LONGEST_ROW) return firstLine(data, from, 'too_long');
  return { bytes: withoutEnd(data.subarray(from, found.end)), size };
}

function firstLine(data: Buffer, from: number, fault: RawRow['fault']): RawRow | undefined {
  const end = data.indexOf(LINE_FEED, from);
  return end === -1 ? undefined : { bytes: NOTHING, size: end + 1 - from, fault };
}

/** Reads field by field. Undefined when the data ends first. */
function endOfRecord(data: Buffer, from: number, isLast: boolean): RecordEnd | undefined {
  let at = from;
  for (;;) {
    const isQuoted = data[at] === QUOTE;
    const field = isQuoted ? endOfQuoted(data, at) : endOfPlain(data, at);
    if (field === undefined) return undefined;
    at = field.end;
    if (at >= data.length) return isLast ? { ...field, end: at } : undefined;
    if (!field.isWellFormed) return field;
    if (data[at] === LINE_FEED) return { end: at + 1, isWellFormed: true };
    if (data[at] === CARRIAGE_RETURN) {
      if (at + 1 >= data.length && !isLast) return undefined;
      const isEnd = data[at + 1] === LINE_FEED || at + 1 === data.length;
      return { end: Math.min(at + 2, data.length), isWellFormed: isEnd };
    }
    if (data[at] !== COMMA) return { end: at, isWellFormed: false };
    at += 1;
  }
}

/** To the comma or the end of the line behind a field without quotes. */
function endOfPlain(data: Buffer, from: number): RecordEnd {
  let isWellFormed = true;
  let end = from;
  for (; end < data.length; end += 1) {
    const byte = data[end];
    if (byte === COMMA || byte === LINE_FEED) break;
    if (byte === CARRIAGE_RETURN && data[end + 1] === LINE_FEED) break;
    if (byte === QUOTE) isWellFormed = false;
  }
  return { end, isWellFormed };
}

/** Behind the quote that closes a field; two of them are one within it. */
function endOfQuoted(data: Buffer, from: number): RecordEnd | undefined {
  for (let at = from + 1; ;) {
    const quote = data.indexOf(QUOTE, at);
    if (quote === -1) return undefined;
    if (data[quote + 1] !== QUOTE) return { end: quote + 1, isWellFormed: true };
    at = quote + 2;
  }
}

import { isUtf8 } from 'node:buffer';

/** The most events of one batch. */
export const MOST_EVENTS = 1_000;
/** More than any event takes. */
const LONGEST_LINE = 4_096;

/** One line of a batch; `value` is undefined where it is no JSON. */
export interface EventLine {
  /** From 0; empty lines count, and are left out. */
  readonly index: number;
  readonly value: unknown;
}

/** A batch of events as it arrived: JSON values, one a line (NDJSON). */
export class EventLines {
  private readonly lines: readonly { readonly index: number; readonly text: string }[];

  constructor(body: Buffer) {
    const text = isUtf8(body) ? body.toString() : '';
    this.lines = text
      .split('\n')
      .map((line, index) => ({ index, text: line.trim() }))
      .filter((line) => line.text !== '');
  }

  get count(): number {
    return this.lines.length;
  }

  /** Reads the lines one after the other, so that no batch is in memory as text and values both. */
  *values(): Generator<EventLine> {
    for (const { index, text } of this.lines) yield { index, value: parsed(text) };
  }
}

function parsed(text: string): unknown {
  if (text.length > LONGEST_LINE) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

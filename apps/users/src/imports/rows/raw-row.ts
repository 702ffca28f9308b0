/** The longest row in bytes: all fields at their longest take less. */
export const LONGEST_ROW = 64 * 1024;

/** What is wrong with a row before anything is read from it. */
export type RowFault = 'too_long' | 'malformed';

/** A row as it stands in the file. */
export interface RawRow {
  /** Without the end of the line; empty where there is a fault. */
  readonly bytes: Buffer;
  /** Bytes that it takes in the file, with the end of the line. */
  readonly size: number;
  readonly fault?: RowFault;
}

/** Finds the rows in a file that arrives in pieces, holding no more than one row. */
export interface RowSplitter {
  /** The rows that end in this piece. */
  split(piece: Buffer): Iterable<RawRow>;
  /** What follows the last end of a line, when nothing follows. */
  rest(): Iterable<RawRow>;
}

import type { Writable } from 'node:stream';

/** Where the command line reads from and writes to. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly out: Writable;
  readonly err: Writable;
  /** Aborts when the process is told to stop. */
  readonly signal: AbortSignal;
  /** Whether somebody looks at `err`, so that lines may be drawn over. */
  readonly interactive?: boolean;
  /** Asks whoever sits there; undefined if nobody does. Resolves to whether they said yes. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

/** Rows in columns as wide as their longest cell. Colours, which have no width, are not counted. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  );
}

function widthOf(cell: string): number {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return cell.replace(/\u001B\[\d+m/g, '').length;
}

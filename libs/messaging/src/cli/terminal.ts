import type { Writable } from 'node:stream';
import Table from 'cli-table3';
import colors from 'picocolors';

/** Where the command line reads from and writes to. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly out: Writable;
  readonly err: Writable;
  /** Aborts when the process is told to stop. */
  readonly signal: AbortSignal;
}

export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

/** One JSON document. */
export function writeJson({ out }: Terminal, value: unknown): void {
  writeLine(out, JSON.stringify(value, null, 2));
}

const NOTHING = '';
/** Columns side by side, without lines around them: easy to read, to search and to cut. */
const PLAIN = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((place) =>
    [place, `${place}-mid`, `${place}-left`, `${place}-right`].map((name) => [name, NOTHING]),
  ),
);
const STYLE = { head: [], border: [], 'padding-left': 0, 'padding-right': 2 };

/** Rows under a heading, in columns as wide as their longest cell. */
export function writeTable(
  { out }: Terminal,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const chars = { ...PLAIN, 'left-mid': NOTHING, 'mid-mid': NOTHING, 'right-mid': NOTHING };
  const table = new Table({ head: head.map((title) => colors.dim(title)), chars, style: STYLE });
  table.push(...rows.map((row) => row.map(String)));
  for (const line of table.toString().split('\n')) writeLine(out, line.trimEnd());
}

/** `850 ms`, `12 s`, `3 min`, `5 h`, `2 d`; nothing for none. */
export function age(ms: number): string {
  if (ms <= 0) return '';
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const;
  const [size, unit] = units.find(([length]) => ms >= 2 * length) ?? [1, 'ms'];
  return `${Math.round(ms / size)} ${unit}`;
}

/** A text of others on one line, without what would steer a terminal. */
export function oneLine(text: string, longest = 80): string {
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}

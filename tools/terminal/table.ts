import Table from 'cli-table3';
import colors from 'picocolors';

/** No line between two rows. */
const COMPACT = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
const STYLE = { head: [], border: ['gray'] };

/** Draws a table on a terminal; elsewhere columns of plain text, easy to search. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { terminal = process.stdout.isTTY } = {},
): string {
  return terminal ? drawn(head, rows) : aligned([head, ...rows]);
}

function drawn(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawing = new Table({ head: head.map(colors.bold), chars: COMPACT, style: STYLE });
  drawing.push(...rows.map((row) => [...row]));
  return drawing.toString();
}

function aligned(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? '').length));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

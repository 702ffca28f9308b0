import Table from 'cli-table3';
import colors from 'picocolors';

/** Draws a table on a terminal; elsewhere columns of plain text, easy to search. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { terminal = process.stdout.isTTY } = {},
): string {
  return terminal ? drawn(head, rows) : aligned([head, ...rows]);
}

function drawn(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawing = new Table({ head: head.map(colors.bold), style: { head: [], border: ['gray'] } });
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

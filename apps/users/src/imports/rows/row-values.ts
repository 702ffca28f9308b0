import { parse } from 'csv-parse/sync';

/** What a row says by its fields, before it is validated; or the reason why that cannot be told. */
export type RowValue = { readonly value: unknown } | { readonly reason: string };

/** A line as JSON. */
export function jsonValue(line: string): RowValue {
  try {
    return { value: JSON.parse(line) as unknown };
  } catch {
    // The parser's message would hold a part of the line.
    return { reason: 'is not JSON' };
  }
}

/** The fields of records, all at once; one by one where that fails, so that one is the reason. */
export function csvFields(records: readonly string[]): (readonly string[] | undefined)[] {
  const together = fieldsOf(records.join('\n'));
  if (together?.length === records.length) return [...together];
  return records.map((record) => fieldsOf(record)?.[0]);
}

function fieldsOf(text: string): string[][] | undefined {
  try {
    return parse(text, { relax_column_count: true, record_delimiter: ['\n'] });
  } catch {
    return undefined;
  }
}

/** Fields under their columns. An empty one is left out: CSV knows no null. */
export function csvValue(
  columns: readonly string[],
  fields: readonly string[] | undefined,
): RowValue {
  if (fields === undefined) return { reason: 'is not CSV' };
  if (fields.length !== columns.length) {
    return { reason: `must have ${columns.length} fields, not ${fields.length}` };
  }
  const given = columns.map((column, index) => [column, fields[index] ?? ''] as const);
  return { value: Object.fromEntries(given.filter(([, field]) => field !== '')) };
}

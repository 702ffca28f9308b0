import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

import type { AccountImport, RefusedRow } from '../account-import.js';

/** What an import is begun with. */
export const importDraft = z.strictObject({
  format: z.enum(['ndjson', 'csv']),
  allowAdmins: z
    .boolean()
    .default(false)
    .describe('Whether rows may make admins; else those that say so are refused.'),
});
export type ImportDraftBody = z.output<typeof importDraft>;

export const importView = z.object({
  id: z.uuid(),
  format: z.enum(['ndjson', 'csv']),
  state: z
    .enum(['receiving', 'merging', 'done', 'cancelled'])
    .describe('Rows become accounts when all have arrived.'),
  allowAdmins: z.boolean(),
  offset: z.int().describe('Bytes of the file that are durably stored: go on sending behind them.'),
  rows: z.object({
    received: z.int().describe('Empty ones and a header included.'),
    waiting: z.int().describe('Staged, and no accounts yet.'),
    imported: z.int(),
    refused: z.int(),
  }),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type ImportView = z.output<typeof importView>;

export const importsQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 100 }).prefault(20),
});
export type ImportsQuery = z.output<typeof importsQuery>;

export const importList = z.object({ items: z.array(importView) });
export type ImportList = z.output<typeof importList>;

export const refusalsQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 1_000 }).prefault(100),
  after: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER })
    .prefault(0)
    .describe('The number of the last row of the page before.'),
});
export type RefusalsQuery = z.output<typeof refusalsQuery>;

export const refusalsPage = z.object({
  items: z.array(
    z.object({
      row: z.int().describe('Counted from 1, with empty rows and the header of a CSV file.'),
      field: z.string().nullable().describe('Null: the row as a whole.'),
      reason: z.string(),
    }),
  ),
  next: z.int().nullable().describe('To be sent as `after` for the next page; null on the last.'),
});
export type RefusalsPage = z.output<typeof refusalsPage>;

export function toImportView(one: AccountImport): ImportView {
  const { id, format, state, allowAdmins, createdAt, finishedAt } = one;
  return {
    id,
    format,
    state,
    allowAdmins,
    offset: one.receivedBytes,
    rows: {
      received: one.receivedRows,
      waiting: one.stagedRows,
      imported: one.importedRows,
      refused: one.refusedRows,
    },
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

/** @param rows one more than the page holds, where there is a next one */
export function toRefusalsPage(rows: readonly RefusedRow[], limit: number): RefusalsPage {
  const page = rows.slice(0, limit);
  return {
    items: page.map(({ rowNumber, field, reason }) => ({ row: rowNumber, field, reason })),
    next: rows.length > limit ? (page.at(-1)?.rowNumber ?? null) : null,
  };
}

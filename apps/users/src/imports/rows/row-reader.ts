import { isUtf8 } from 'node:buffer';

import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';

import type { AccountImport, RefusedRow, RowBatch, StagedRow } from '../account-import.js';
import { ColumnsInvalidError } from '../imports.errors.js';
import { CsvSplitter } from './csv.splitter.js';
import { COLUMNS, type ImportedAccount, importedAccount } from './imported-account.js';
import { NdjsonSplitter } from './ndjson.splitter.js';
import { unknownPasswordHash } from './password-hash.js';
import { LONGEST_ROW, type RawRow, type RowSplitter } from './raw-row.js';
import { csvFields, csvValue, jsonValue, type RowValue } from './row-values.js';

/** What is stored together. */
const BATCH = { rows: 2_000, bytes: 2 * 1024 * 1024 };
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const FAULTS = {
  too_long: `is longer than ${LONGEST_ROW} bytes`,
  malformed: 'has a quote that is not closed, or not where a field begins or ends',
};

/** Reads the rows of a file from some place on, and puts those together that are stored together. */
export class RowReader {
  private readonly splitter: RowSplitter;
  private readonly allowAdmins: boolean;
  private rows: RawRow[] = [];
  private bytes = 0;
  private rowNumber: number;
  private columns: readonly string[] | null;
  private isStart: boolean;

  /** @param source how far the file has been read already */
  constructor(
    private readonly source: Pick<
      AccountImport,
      'format' | 'columns' | 'receivedBytes' | 'receivedRows' | 'allowAdmins'
    >,
  ) {
    this.splitter = source.format === 'csv' ? new CsvSplitter() : new NdjsonSplitter();
    this.rowNumber = source.receivedRows;
    this.columns = source.columns;
    this.allowAdmins = source.allowAdmins;
    this.isStart = source.receivedBytes === 0;
  }

  /** @throws ColumnsInvalidError */
  *read(piece: Buffer): Iterable<RowBatch> {
    yield* this.batches(this.splitter.split(piece));
  }

  /** The rows that have arrived whole and were not given yet. */
  *arrived(): Iterable<RowBatch> {
    if (this.rows.length > 0) yield this.take();
  }

  /** As {@link arrived}, and what follows the last end of a line. @throws ColumnsInvalidError */
  *end(): Iterable<RowBatch> {
    yield* this.batches(this.splitter.rest());
    yield* this.arrived();
    if (this.source.format === 'csv' && this.columns === null) throw new ColumnsInvalidError();
  }

  private *batches(rows: Iterable<RawRow>): Iterable<RowBatch> {
    for (const row of rows) {
      this.rows.push(this.isStart ? withoutMark(row) : row);
      this.isStart = false;
      this.bytes += row.size;
      if (this.rows.length >= BATCH.rows || this.bytes >= BATCH.bytes) yield this.take();
    }
  }

  private take(): RowBatch {
    const taken = this.rows;
    const bytes = this.bytes;
    this.rows = [];
    this.bytes = 0;
    const staged: StagedRow[] = [];
    const refused: RefusedRow[] = [];
    for (const row of this.valuesOf(taken)) {
      this.rowNumber += 1;
      if (row === undefined) continue;
      const outcome = this.toAccount(row);
      if ('accountId' in outcome) staged.push(outcome);
      else refused.push(outcome);
    }
    return { staged, refused, rows: taken.length, bytes, columns: this.columns };
  }

  /** Undefined for a row that holds nothing, and for the names of columns. */
  private valuesOf(rows: readonly RawRow[]): (RowValue | undefined)[] {
    const texts = rows.map(textOf);
    if (this.source.format === 'ndjson') {
      return texts.map((row) => (isContent(row) ? jsonValue(row) : emptyOr(row)));
    }
    const fields = csvFields(texts.filter(isContent)).values();
    return texts.map((row) => {
      const content = isContent(row) ? this.record(fields.next().value) : emptyOr(row);
      if (this.columns === null) throw new ColumnsInvalidError();
      return content;
    });
  }

  private record(fields: readonly string[] | undefined): RowValue | undefined {
    if (this.columns !== null) return csvValue(this.columns, fields);
    this.columns = columnsOf(fields ?? []);
    return undefined;
  }

  private toAccount(row: RowValue): StagedRow | RefusedRow {
    const { rowNumber } = this;
    if ('reason' in row) return { rowNumber, field: null, reason: row.reason };
    const checked = importedAccount.safeParse(row.value);
    if (!checked.success) return { rowNumber, ...refusalOf(checked.error.issues[0]) };
    if (checked.data.role === 'admin' && !this.allowAdmins) {
      const reason = 'must be member: this import was begun without allowAdmins';
      return { rowNumber, field: 'role', reason };
    }
    return { rowNumber, ...completed(checked.data) };
  }
}

function withoutMark(row: RawRow): RawRow {
  const { bytes } = row;
  return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? { ...row, bytes: bytes.subarray(3) } : row;
}

function textOf({ bytes, fault }: RawRow): string | { reason: string } {
  if (fault !== undefined) return { reason: FAULTS[fault] };
  // Decoding would replace them, and different names would become the same.
  return isUtf8(bytes) ? bytes.toString() : { reason: 'is not UTF-8' };
}

type RowText = ReturnType<typeof textOf>;

function isContent(row: RowText): row is string {
  return typeof row === 'string' && row.trim() !== '';
}

/** An empty row is no row; one that cannot be read stays what it is. */
function emptyOr(row: RowText): RowValue | undefined {
  return typeof row === 'string' ? undefined : row;
}

/** @throws ColumnsInvalidError */
function columnsOf(names: readonly string[]): readonly string[] {
  const known: readonly string[] = [...COLUMNS.required, ...COLUMNS.optional];
  const columns = names.map((name) => name.trim());
  const isGood =
    new Set(columns).size === columns.length &&
    columns.every((name) => known.includes(name)) &&
    COLUMNS.required.every((name) => columns.includes(name));
  if (!isGood) throw new ColumnsInvalidError();
  return columns;
}

/** Says nothing of what the row holds, the names of unknown fields included. */
function refusalOf(issue: z.core.$ZodIssue | undefined): Omit<RefusedRow, 'rowNumber'> {
  if (issue?.code === 'unrecognized_keys') {
    const known = [...COLUMNS.required, ...COLUMNS.optional].join(', ');
    return { field: null, reason: `has a field that is none of ${known}` };
  }
  const [field] = issue?.path ?? [];
  return {
    field: typeof field === 'string' ? field : null,
    reason: issue?.message ?? 'is not valid',
  };
}

function completed(account: ImportedAccount): Omit<StagedRow, 'rowNumber'> {
  const { email, username, displayName, avatarUrl, bio, role, passwordHash } = account;
  return {
    accountId: uuidv7(),
    email,
    username,
    displayName,
    role: role ?? 'member',
    passwordHash: passwordHash ?? unknownPasswordHash(),
    avatarUrl: avatarUrl ?? null,
    bio: bio === undefined || bio === '' ? null : bio,
  };
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MigrationOptionsError } from '../migrations.errors.js';
import { codeOf, reasonOf } from '../store-failure.js';
import type { ParsedSql, SqlStatement } from './sql-parser.js';
import { SourceText, type Place } from './source-text.js';

/** Somebody looked at the breach of a rule and says why it may stay. */
export interface Acceptance {
  readonly rule: string;
  /** Empty if none was given. */
  readonly because: string;
  /** The only statement that it is about; undefined: each of the file. */
  readonly statement: SqlStatement | undefined;
  /** Where it stands itself, for messages. */
  readonly fileName: string;
  readonly place: Place;
}

/** Accepts for a file that was applied, and so cannot be changed, stand in this file beside it. */
const ACCEPTANCE_FILE = 'lint.json';

const NO_STATEMENT: SqlStatement = {
  node: { String: {} },
  start: 0,
  end: 0,
  tokens: [],
  source: new SourceText(''),
};

const START = /^(?:--|\/\*)\s*lint:\s*accept\b\s*(?<rule>[\w-]*)\s*(?:because\b(?<because>.*))?/s;

/**
 * `-- lint: accept drop-table because nothing has read it since 2.3`: about the statement that it
 * stands in or before, or whose line it ends.
 */
export function acceptancesIn(
  fileName: string,
  { source, comments, statements }: ParsedSql,
): Acceptance[] {
  return comments.flatMap(({ text, start }) => {
    const groups = START.exec(text)?.groups;
    if (groups === undefined) return [];
    const place = source.placeOf(start);
    const before = statements.findLast((each) => each.end < start);
    const endsLine = before !== undefined && source.placeOf(before.end).line === place.line;
    // One that no statement follows is about none of them, and so matches nothing.
    const next = statements.find((each) => each.end > start) ?? NO_STATEMENT;
    const statement = endsLine ? before : next;
    const because = (groups['because'] ?? '').replace(/\*\/$/, '').trim();
    return [{ rule: groups['rule'] ?? '', because, statement, fileName, place }];
  });
}

/** Acceptances of `lint.json`, by the names of the files that they are about. */
export async function readAcceptances(directory: string): Promise<Map<string, Acceptance[]>> {
  const text = await readFile(path.join(directory, ACCEPTANCE_FILE), 'utf8').catch(
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new MigrationOptionsError(`${ACCEPTANCE_FILE}: ${reasonOf(error)}`, { cause: error });
    },
  );
  if (text === undefined) return new Map();
  const entries = parseEntries(text).map(({ file, rule, because }) => ({
    about: file,
    acceptance: {
      rule,
      because,
      statement: undefined,
      fileName: ACCEPTANCE_FILE,
      place: placeOfEntry(text, file, rule),
    },
  }));
  const groups = Map.groupBy(entries, ({ about }) => about);
  return new Map(
    [...groups].map(([file, each]) => [file, each.map(({ acceptance }) => acceptance)]),
  );
}

interface Entry {
  readonly file: string;
  readonly rule: string;
  readonly because: string;
}

function parseEntries(text: string): Entry[] {
  const content = parseJson(text);
  const list =
    typeof content === 'object' && content !== null && 'accept' in content && content.accept;
  if (Array.isArray(list) && list.every(isEntry)) return list;
  throw new MigrationOptionsError(
    `${ACCEPTANCE_FILE}: takes { "accept": [{ "file": "0001_name.sql", "rule": "…", "because": "…" }] }`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MigrationOptionsError(`${ACCEPTANCE_FILE}: ${reasonOf(error)}`, { cause: error });
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Partial<Record<keyof Entry, unknown>>;
  return [entry.file, entry.rule, entry.because].every((each) => typeof each === 'string');
}

/** The line that names the rule, below the one that names the file. */
function placeOfEntry(text: string, file: string, rule: string): Place {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.includes(`"${file}"`));
  const line = lines.findIndex((each, index) => index >= from && each.includes(`"${rule}"`));
  return { line: Math.max(line, from, 0) + 1, column: 1 };
}

import { readFileSync } from 'node:fs';
import type { ClientBase, QueryResultRow } from 'pg';
import { namePattern } from '../../verify/name-pattern.js';
import { query } from '../postgres.query.js';
import { LEDGER } from '../postgres.statements.js';
import { inOrder, type SchemaObject } from './schema-order.js';

/** What is read, and what is left out. */
export interface SchemaReading {
  /** For each query of the catalogs, in ms. */
  readonly timeoutMs: number;
  /** Names of tables and views to leave out, with what belongs to them; `*` stands for any text. */
  readonly ignore: readonly string[];
}

/** One file of SQL for each kind of object, in the order in which a person reads them. */
const KINDS = [
  ['extensions', 1],
  ['schemas', 2],
  ['types', 3],
  ['sequences', 4],
  ['routines', 5],
  // A table stands together with its indexes, triggers and the like.
  ['tables', 6],
  ['views', 6],
  ['indexes', 6],
  ['rules', 6],
  ['constraints', 7],
  ['others', 8],
] as const;

const HEADER = `-- The schema that the migrations make, read from PostgreSQL's catalogs. Written by
-- "verify --write"; no migration, and not to be edited. Owners, privileges, tablespaces and the data
-- are not part of it.
SET check_function_bodies = off;
SET search_path = public;
`;

/**
 * The schema of a database as SQL that makes it again: the same text for the same schema, whatever
 * the order in which it came to be. The ledger is left out.
 */
export async function readPostgresSchema(
  client: ClientBase,
  reading: SchemaReading,
): Promise<string> {
  const ask = async <Row extends QueryResultRow>(text: string) =>
    query<Row>(client, text, reading.timeoutMs);
  await ask(statement('begin'));
  try {
    const objects = await readObjects(ask, reading.ignore);
    const needs = await ask<NeedRow>(statement('dependencies'));
    const parts = await ask<PartRow>(statement('parts'));
    const comments = await ask<CommentRow>(statement('comments'));
    const texts = inOrder(objects, needs.map(toNeed), parts.map(toPart)).map(
      (object) =>
        `${[object.ddl, ...comments.filter(isOn(object)).map(({ ddl }) => ddl)].join('\n')}\n`,
    );
    return [HEADER, ...texts].join('\n');
  } finally {
    await ask('ROLLBACK');
  }
}

async function readObjects(
  ask: <Row extends QueryResultRow>(text: string) => Promise<Row[]>,
  ignore: readonly string[],
): Promise<SchemaObject[]> {
  const ignored = [LEDGER, `*.${LEDGER}`, ...ignore].map(namePattern);
  const objects: SchemaObject[] = [];
  for (const [kind, group] of KINDS) {
    for (const row of await ask<ObjectRow>(statement(kind))) {
      const { relation, name, ddl } = row;
      if (relation !== null && ignored.some((pattern) => pattern.test(relation))) continue;
      objects.push({ id: idOf(row.class, row.oid), group, relation: relation ?? '', name, ddl });
    }
  }
  return objects;
}

/** A query from its file, with the parts that several share put in. */
function statement(name: string): string {
  return lines(name)
    .replace(':table_lines', () => lines('table-lines'))
    .replace(':table_settings', () => lines('table-settings'))
    .replaceAll(':sequence_options', () => lines('sequence-options'));
}

function lines(name: string): string {
  return readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

interface ObjectRow {
  class: string;
  oid: number;
  name: string;
  relation: string | null;
  ddl: string;
}

interface NeedRow {
  class: string;
  oid: number;
  needed_class: string;
  needed_oid: number;
}

interface PartRow {
  class: string;
  oid: number;
  whole_class: string;
  whole_oid: number;
}

interface CommentRow {
  class: string;
  oid: number;
  ddl: string;
}

const idOf = (catalog: string, oid: number) => `${catalog} ${oid}`;
const toNeed = (row: NeedRow) => ({
  from: idOf(row.class, row.oid),
  to: idOf(row.needed_class, row.needed_oid),
});
const toPart = (row: PartRow): [string, string] => [
  idOf(row.class, row.oid),
  idOf(row.whole_class, row.whole_oid),
];
const isOn = (object: SchemaObject) => (row: CommentRow) => idOf(row.class, row.oid) === object.id;

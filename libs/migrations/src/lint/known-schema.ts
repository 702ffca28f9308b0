import type { CreateStmt, DropStmt, Node, RenameStmt } from 'libpg-query';
import type { SqlStatement } from './sql-parser.js';
import { learnTableChanges } from './known-table.changes.js';
import { KnownTable } from './known-table.js';
import { canonical, nameOf, quoted, stringsOf } from './tree/names.js';

/**
 * What the migrations made so far, as far as their text tells. A name that nothing here made counts
 * as existing: it may be in the database all the same.
 */
export class KnownSchema {
  /** By name; PostgreSQL keeps tables, views, sequences and indexes in one space of names too. */
  private readonly tables = new Map<string, KnownTable>();
  private readonly madeInBatch = new Set<string>();

  /** What was made before exists from now on. */
  beginBatch(): void {
    this.madeInBatch.clear();
  }

  /** Whether it was made in this batch: no running code knows it, and it holds no rows of theirs. */
  isNew(name: string): boolean {
    return this.madeInBatch.has(name);
  }

  table(name: string): KnownTable | undefined {
    return this.tables.get(name);
  }

  learn(statement: SqlStatement): void {
    const { node } = statement;
    if ('CreateStmt' in node) this.learnTable(node.CreateStmt);
    else if ('AlterTableStmt' in node) learnTableChanges(this.tables, statement);
    else if ('RenameStmt' in node) this.learnRename(node.RenameStmt);
    else if ('DropStmt' in node) this.learnDrop(node.DropStmt);
    else for (const name of madeBy(node)) this.madeInBatch.add(name);
  }

  private learnTable(stmt: CreateStmt): void {
    const name = nameOf(stmt.relation);
    // It may be there from before, with other columns.
    if (stmt.if_not_exists && this.tables.has(name)) return;
    this.tables.set(name, KnownTable.from(stmt));
    this.madeInBatch.add(name);
  }

  private learnRename({ renameType, relation, subname, newname = '' }: RenameStmt): void {
    const before = nameOf(relation);
    const table = this.tables.get(before);
    if (renameType === 'OBJECT_COLUMN') {
      table?.renameColumn(quoted(subname ?? ''), quoted(newname));
      return;
    }
    if (subname !== undefined) return;
    const after = canonical([relation?.schemaname, newname].filter((part) => part !== undefined));
    if (table !== undefined) this.tables.set(after, table);
    this.tables.delete(before);
    if (this.madeInBatch.delete(before)) this.madeInBatch.add(after);
  }

  private learnDrop({ objects }: DropStmt): void {
    for (const name of (objects ?? []).map((object) => canonical(stringsOf([object])))) {
      this.tables.delete(name);
      this.madeInBatch.delete(name);
    }
  }
}

/** What a statement makes, apart from tables with columns of their own. */
function madeBy(node: Node): string[] {
  if ('IndexStmt' in node) {
    const { relation, idxname } = node.IndexStmt;
    return idxname === undefined ? [] : [nameOf({ ...relation, relname: idxname })];
  }
  if ('ViewStmt' in node) return node.ViewStmt.replace ? [] : [nameOf(node.ViewStmt.view)];
  if ('CreateTableAsStmt' in node) return [nameOf(node.CreateTableAsStmt.into?.rel)];
  if ('CreateSeqStmt' in node) return [nameOf(node.CreateSeqStmt.sequence)];
  if ('CreateForeignTableStmt' in node) return [nameOf(node.CreateForeignTableStmt.base?.relation)];
  if ('CreateDomainStmt' in node) return [canonical(stringsOf(node.CreateDomainStmt.domainname))];
  if ('CreateEnumStmt' in node) return [canonical(stringsOf(node.CreateEnumStmt.typeName))];
  if ('CompositeTypeStmt' in node) return [nameOf(node.CompositeTypeStmt.typevar)];
  if ('CreateSchemaStmt' in node) return [canonical([node.CreateSchemaStmt.schemaname ?? ''])];
  if ('CreateFunctionStmt' in node && !node.CreateFunctionStmt.replace) {
    return [canonical(stringsOf(node.CreateFunctionStmt.funcname))];
  }
  return [];
}

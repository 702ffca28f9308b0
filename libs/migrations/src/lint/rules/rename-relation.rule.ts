import type { LintRule } from '../rule.js';
import { nameOf, quoted } from '../tree/names.js';

const KINDS = {
  OBJECT_TABLE: 'TABLE',
  OBJECT_VIEW: 'VIEW',
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE',
  OBJECT_SEQUENCE: 'SEQUENCE',
} as const;

export const renameRelation: LintRule = {
  id: 'rename-relation',
  why: 'Running code that still uses the old name fails.',
  *find({ node }, { schema, file, index }) {
    if (!('RenameStmt' in node) || node.RenameStmt.subname !== undefined) return;
    const { renameType, relation, newname = '' } = node.RenameStmt;
    const kind = KINDS[renameType as keyof typeof KINDS];
    const name = nameOf(relation);
    if (kind === undefined || schema.isNew(name)) return;
    // A view under the old name, which can be written through, in the same transaction: nobody notices.
    const isStillThere = file
      .after(index)
      .some((each) => 'ViewStmt' in each.node && nameOf(each.node.ViewStmt.view) === name);
    if (isStillThere) return;
    yield {
      message: `code that still says ${name} fails`,
      instead:
        `ALTER ${kind} ${name} RENAME TO ${quoted(newname)};\n` +
        `CREATE VIEW ${name} AS SELECT * FROM ${quoted(newname)};\n` +
        `-- release code that uses ${quoted(newname)}; when no replica of the old one is left:\n` +
        `DROP VIEW ${name};`,
    };
  },
};

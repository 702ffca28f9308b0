import type { AlterTableCmd } from 'libpg-query';
import type { LintRule } from '../rule.js';
import type { SqlStatement } from '../sql-parser.js';
import { tableChanges } from '../tree/alter-table.js';
import { nameOf } from '../tree/names.js';
import { definitionNames } from '../tree/options.js';

const REWRITING: ReadonlySet<AlterTableCmd['subtype']> = new Set([
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetTableSpace',
  'AT_SetAccessMethod',
]);

export const tableRewrite: LintRule = {
  id: 'table-rewrite',
  why: 'The whole table is written anew, under a lock that shuts everybody out.',
  *find(statement, { schema }) {
    const existing = rewritten(statement).filter((name) => !schema.isNew(name));
    if (existing.length === 0) return;
    yield {
      message: `${existing.join(', ')} is locked while it is written anew`,
      instead:
        `-- to give space back: VACUUM without FULL, or the extension pg_repack, both outside of a\n` +
        `-- migration; for the rest: a new table beside it, which the code writes to as well`,
    };
  },
};

function rewritten(statement: SqlStatement): string[] {
  const { node } = statement;
  if ('ClusterStmt' in node) return [nameOf(node.ClusterStmt.relation) || 'every clustered table'];
  if ('VacuumStmt' in node && definitionNames(node.VacuumStmt.options).includes('full')) {
    const names = (node.VacuumStmt.rels ?? []).flatMap((each) =>
      'VacuumRelation' in each ? [nameOf(each.VacuumRelation.relation)] : [],
    );
    return names.length > 0 ? names : ['every table'];
  }
  return tableChanges(statement)
    .filter(({ command }) => REWRITING.has(command.subtype))
    .map(({ table }) => table);
}

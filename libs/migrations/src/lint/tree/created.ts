import type { SqlStatement } from '../sql-parser.js';
import { canonical, nameOf, stringsOf } from './names.js';

/** The name of the view, materialised view or routine that a statement makes. */
export function createdName({ node }: SqlStatement): string | undefined {
  if ('ViewStmt' in node) return nameOf(node.ViewStmt.view);
  if ('CreateTableAsStmt' in node) return nameOf(node.CreateTableAsStmt.into?.rel);
  if ('CreateFunctionStmt' in node) return canonical(stringsOf(node.CreateFunctionStmt.funcname));
  return undefined;
}

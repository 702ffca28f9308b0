import type { DropStmt, Node } from 'libpg-query';
import type { SqlStatement } from '../sql-parser.js';
import { canonical, stringsOf } from './names.js';

/** Names of what a DROP of one of these kinds takes away. */
export function droppedNames(
  { node }: SqlStatement,
  kinds: readonly DropStmt['removeType'][],
): string[] {
  if (!('DropStmt' in node) || !kinds.includes(node.DropStmt.removeType)) return [];
  return (node.DropStmt.objects ?? []).map(droppedName);
}

function droppedName(object: Node): string {
  if ('ObjectWithArgs' in object) return canonical(stringsOf(object.ObjectWithArgs.objname));
  if ('TypeName' in object) return canonical(stringsOf(object.TypeName.names));
  return canonical(stringsOf([object]));
}

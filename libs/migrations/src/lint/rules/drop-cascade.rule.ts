import type { LintRule } from '../rule.js';
import { tableChanges } from '../tree/alter-table.js';

export const dropCascade: LintRule = {
  id: 'drop-cascade',
  why: 'CASCADE also takes what nobody named here: views, foreign keys, columns of other tables.',
  *find(statement) {
    const { node } = statement;
    const drops = 'DropStmt' in node && node.DropStmt.behavior === 'DROP_CASCADE';
    const alters = tableChanges(statement).some(
      ({ command }) =>
        command.subtype?.startsWith('AT_Drop') && command.behavior === 'DROP_CASCADE',
    );
    if (!drops && !alters) return;
    yield {
      message: 'whatever depends on it is dropped as well',
      instead:
        '-- drop what depends on it by name, each when no code uses it, then this without CASCADE',
    };
  },
};

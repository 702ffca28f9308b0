import type { LintRule } from '../rule.js';

export const setLocalWithoutTransaction: LintRule = {
  id: 'set-local-without-transaction',
  why: 'SET LOCAL lasts until the end of the transaction: without one it has no effect at all.',
  *find({ node }, { file }) {
    if (file.isTransactional || !('VariableSetStmt' in node)) return;
    const { is_local: isLocal, name = '' } = node.VariableSetStmt;
    if (!isLocal) return;
    yield {
      message: `${name} stays as it was`,
      instead: `SET ${name} = …; -- its end is that of the file`,
    };
  },
};

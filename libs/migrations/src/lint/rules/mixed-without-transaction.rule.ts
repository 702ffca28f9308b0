import type { LintRule } from '../rule.js';
import { needsNoTransaction } from '../tree/transactions.js';

export const mixedWithoutTransaction: LintRule = {
  id: 'mixed-without-transaction',
  why:
    'A file without a transaction that is stopped half-way leaves what ran before. A statement that ' +
    'could be all or nothing is safer in a file of its own.',
  *find(statement, { file }) {
    const { node } = statement;
    const isSetting = 'VariableSetStmt' in node || 'SelectStmt' in node;
    if (file.isTransactional || isSetting || needsNoTransaction(statement)) return;
    yield {
      message: 'this would be all or nothing in a file with a transaction',
      instead: '-- move it into a file of its own, without "-- migrate: no-transaction"',
    };
  },
};

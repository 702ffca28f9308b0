import type { LintRule } from '../rule.js';
import { needsNoTransaction } from '../tree/transactions.js';
import { textOf } from '../tree/text.js';

export const concurrentlyInTransaction: LintRule = {
  id: 'concurrently-in-transaction',
  why: 'PostgreSQL refuses it inside a transaction, and a migration runs in one unless it says no.',
  *find(statement, { file }) {
    if (!file.isTransactional || !needsNoTransaction(statement)) return;
    yield {
      message: 'this cannot run in a transaction',
      instead: `-- migrate: no-transaction\n${textOf(statement)}`,
    };
  },
};

import type { LintRule } from '../rule.js';
import { nameOf, stem } from '../tree/names.js';
import { withAfter } from '../tree/text.js';

export const refreshWithoutConcurrently: LintRule = {
  id: 'refresh-without-concurrently',
  why: 'REFRESH MATERIALIZED VIEW keeps everybody from reading it until it is computed.',
  *find(statement, { schema }) {
    const { node } = statement;
    if (!('RefreshMatViewStmt' in node)) return;
    const { relation, concurrent, skipData } = node.RefreshMatViewStmt;
    const view = nameOf(relation);
    if (concurrent || skipData || schema.isNew(view)) return;
    yield {
      message: `nobody can read ${view} while it is computed`,
      instead:
        `-- it needs a unique index on columns alone, without a condition:\n` +
        `-- CREATE UNIQUE INDEX CONCURRENTLY ${stem(view)}_key ON ${view} (…);\n` +
        withAfter(statement, 'VIEW', 'CONCURRENTLY'),
    };
  },
};

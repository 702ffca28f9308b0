import type { LintRule } from '../rule.js';
import { nameOf } from '../tree/names.js';
import { definitionNames } from '../tree/options.js';
import { withAfter } from '../tree/text.js';

const WORDS = {
  REINDEX_OBJECT_INDEX: 'INDEX',
  REINDEX_OBJECT_TABLE: 'TABLE',
  REINDEX_OBJECT_SCHEMA: 'SCHEMA',
  REINDEX_OBJECT_SYSTEM: 'SYSTEM',
  REINDEX_OBJECT_DATABASE: 'DATABASE',
} as const;

export const reindexWithoutConcurrently: LintRule = {
  id: 'reindex-without-concurrently',
  why: 'REINDEX keeps everybody from writing to the table, and from reading by the index.',
  *find(statement, { schema }) {
    const { node } = statement;
    if (!('ReindexStmt' in node)) return;
    const { kind = 'REINDEX_OBJECT_INDEX', relation, name, params } = node.ReindexStmt;
    if (definitionNames(params).includes('concurrently')) return;
    const target = relation ? nameOf(relation) : (name ?? 'the database');
    if (schema.isNew(target)) return;
    yield {
      message: `${target} is locked until its index is built again`,
      instead: `-- migrate: no-transaction\n${withAfter(statement, WORDS[kind], 'CONCURRENTLY')}`,
    };
  },
};

import type { LintRule } from '../rule.js';
import { lockedRelations } from '../tree/locks.js';

export const locksSeveralTables: LintRule = {
  id: 'locks-several-tables',
  why:
    'A transaction keeps the locks it has while it waits for the next. Traffic on the first table ' +
    'stands still for the second as well, and code that takes them the other way round deadlocks.',
  *find(statement, { schema, file, index }) {
    const locked = lockedRelations(statement).filter((name) => !schema.isNew(name));
    const held = file.before(index).flatMap(lockedRelations);
    const first = held.find((name) => !schema.isNew(name) && !locked.includes(name));
    const added = locked.filter((name) => !held.includes(name));
    if (first === undefined || added.length === 0) return;
    yield {
      message: `${first} stays locked while this waits for ${added.join(', ')}`,
      instead: `-- a file of its own for ${added.join(', ')}`,
    };
  },
};

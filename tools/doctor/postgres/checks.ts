import type { Check } from './check.ts';
import { indexBloat, tableBloat } from './checks/bloat.checks.ts';
import { cache } from './checks/cache.check.ts';
import { deadRows } from './checks/dead-rows.check.ts';
import { duplicateIndexes } from './checks/duplicate-indexes.check.ts';
import { foreignKeys } from './checks/foreign-keys.check.ts';
import { invalidIndexes } from './checks/invalid-indexes.check.ts';
import { lockWaits } from './checks/lock-waits.check.ts';
import { partitions } from './checks/partitions.check.ts';
import { privileges } from './checks/privileges.check.ts';
import { sequentialScans } from './checks/sequential-scans.check.ts';
import { transactions } from './checks/transactions.check.ts';
import { unusedIndexes } from './checks/unused-indexes.check.ts';
import { wraparound } from './checks/wraparound.check.ts';
import { statements } from './statements/statements.check.ts';

/** In the order in which they are told: what hurts now comes first. */
export const CHECKS: readonly Check[] = [
  lockWaits,
  transactions,
  partitions,
  wraparound,
  statements,
  sequentialScans,
  foreignKeys,
  unusedIndexes,
  duplicateIndexes,
  invalidIndexes,
  deadRows,
  tableBloat,
  indexBloat,
  cache,
  privileges,
];

import type { LintRule } from '../rule.js';
import { addRequiredColumn } from './add-required-column.rule.js';
import { attachPartitionScans } from './attach-partition-scans.rule.js';
import { changeOfAllRows } from './change-of-all-rows.rule.js';
import { checkWithoutNotValid } from './check-without-not-valid.rule.js';
import { columnTypeRewrites } from './column-type-rewrites.rule.js';
import { concurrentlyInTransaction } from './concurrently-in-transaction.rule.js';
import { dataChangeUnderLock } from './data-change-under-lock.rule.js';
import { detachWithoutConcurrently } from './detach-without-concurrently.rule.js';
import { domainConstraintScans } from './domain-constraint-scans.rule.js';
import { dropCascade } from './drop-cascade.rule.js';
import { dropColumn } from './drop-column.rule.js';
import { dropDefault } from './drop-default.rule.js';
import { dropIndexWithoutConcurrently } from './drop-index-without-concurrently.rule.js';
import { dropRoutine } from './drop-routine.rule.js';
import { dropSchema } from './drop-schema.rule.js';
import { dropTable } from './drop-table.rule.js';
import { dropType } from './drop-type.rule.js';
import { dropView } from './drop-view.rule.js';
import { exclusionConstraint } from './exclusion-constraint.rule.js';
import { foreignKeyWithoutNotValid } from './foreign-key-without-not-valid.rule.js';
import { generatedColumnRewrites } from './generated-column-rewrites.rule.js';
import { indexWithoutConcurrently } from './index-without-concurrently.rule.js';
import { lockTable } from './lock-table.rule.js';
import { lockTimeout } from './lock-timeout.rule.js';
import { locksSeveralTables } from './locks-several-tables.rule.js';
import { mixedWithoutTransaction } from './mixed-without-transaction.rule.js';
import { moveToSchema } from './move-to-schema.rule.js';
import { notNullScansTable } from './not-null-scans-table.rule.js';
import { numberingRewrites } from './numbering-rewrites.rule.js';
import { opaqueBlock } from './opaque-block.rule.js';
import { partitionOfExisting } from './partition-of-existing.rule.js';
import { refreshWithoutConcurrently } from './refresh-without-concurrently.rule.js';
import { reindexWithoutConcurrently } from './reindex-without-concurrently.rule.js';
import { renameColumn } from './rename-column.rule.js';
import { renameEnumValue } from './rename-enum-value.rule.js';
import { renameRelation } from './rename-relation.rule.js';
import { revoke } from './revoke.rule.js';
import { rowSecurity } from './row-security.rule.js';
import { setLocalWithoutTransaction } from './set-local-without-transaction.rule.js';
import { tableRewrite } from './table-rewrite.rule.js';
import { truncate } from './truncate.rule.js';
import { uniqueWithoutUsingIndex } from './unique-without-using-index.rule.js';
import { validateWithAdd } from './validate-with-add.rule.js';
import { volatileDefaultRewrites } from './volatile-default-rewrites.rule.js';

/** Every rule, in the order of their names. */
export const RULES: readonly LintRule[] = [
  addRequiredColumn,
  attachPartitionScans,
  changeOfAllRows,
  checkWithoutNotValid,
  columnTypeRewrites,
  concurrentlyInTransaction,
  dataChangeUnderLock,
  detachWithoutConcurrently,
  domainConstraintScans,
  dropCascade,
  dropColumn,
  dropDefault,
  dropIndexWithoutConcurrently,
  dropRoutine,
  dropSchema,
  dropTable,
  dropType,
  dropView,
  exclusionConstraint,
  foreignKeyWithoutNotValid,
  generatedColumnRewrites,
  indexWithoutConcurrently,
  lockTable,
  lockTimeout,
  locksSeveralTables,
  mixedWithoutTransaction,
  moveToSchema,
  notNullScansTable,
  numberingRewrites,
  opaqueBlock,
  partitionOfExisting,
  refreshWithoutConcurrently,
  reindexWithoutConcurrently,
  renameColumn,
  renameEnumValue,
  renameRelation,
  revoke,
  rowSecurity,
  setLocalWithoutTransaction,
  tableRewrite,
  truncate,
  uniqueWithoutUsingIndex,
  validateWithAdd,
  volatileDefaultRewrites,
];

import { conformsToLedgerOperations } from './ledger-operations.conformance.js';
import { conformsToMigrationLock } from './migration-lock.conformance.js';
import { conformsToMigrationStore } from './migration-store.conformance.js';
import { conformsToOperations } from './operations.conformance.js';
import { mongoUnderTest } from './mongo-under-test.js';

conformsToMigrationStore(mongoUnderTest);
conformsToMigrationLock(mongoUnderTest);
conformsToOperations(mongoUnderTest);
conformsToLedgerOperations(mongoUnderTest);

import { conformsToLedgerOperations } from './ledger-operations.conformance.js';
import { conformsToMigrationLock } from './migration-lock.conformance.js';
import { conformsToMigrationStore } from './migration-store.conformance.js';
import { conformsToOperations } from './operations.conformance.js';
import { postgresUnderTest } from './postgres-under-test.js';

conformsToMigrationStore(postgresUnderTest);
conformsToMigrationLock(postgresUnderTest);
conformsToOperations(postgresUnderTest);
conformsToLedgerOperations(postgresUnderTest);

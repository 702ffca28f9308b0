import { conformsToMigrationStore } from './migration-store.conformance.js';
import { conformsToOperations } from './operations.conformance.js';
import { postgresUnderTest } from './postgres-under-test.js';

conformsToMigrationStore(postgresUnderTest);
conformsToOperations(postgresUnderTest);

import { conformsToMigrationStore } from './migration-store.conformance.js';
import { postgresUnderTest } from './postgres-under-test.js';

conformsToMigrationStore(postgresUnderTest);

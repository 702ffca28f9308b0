import { conformsToMigrationStore } from './migration-store.conformance.js';
import { conformsToOperations } from './operations.conformance.js';
import { mongoUnderTest } from './mongo-under-test.js';

conformsToMigrationStore(mongoUnderTest);
conformsToOperations(mongoUnderTest);

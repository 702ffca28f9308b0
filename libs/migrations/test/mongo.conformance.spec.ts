import { conformsToMigrationStore } from './migration-store.conformance.js';
import { mongoUnderTest } from './mongo-under-test.js';

conformsToMigrationStore(mongoUnderTest);

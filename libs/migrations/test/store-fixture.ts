import { afterEach, beforeEach } from '@jest/globals';
import { Migrator, type MigratorOptions } from '../src/index.js';
import type { StoreTimeouts, StoreUnderTest, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';

/** A database and a folder of migrations for each test of a conformance suite. */
export class StoreFixture {
  database!: TestDatabase;
  directory!: TestDirectory;
  /** What the runner warned of. */
  readonly warnings: string[] = [];

  private constructor(private readonly kind: StoreUnderTest) {}

  /** Makes all anew for each test of the suite that calls this; `files` by names without extension. */
  static forEachTest(kind: StoreUnderTest, files: Readonly<Record<string, string>>): StoreFixture {
    const given = new StoreFixture(kind);
    beforeEach(async () => {
      given.database = await kind.create();
      given.warnings.splice(0);
      given.directory = new TestDirectory();
      for (const [name, text] of Object.entries(files)) {
        given.directory.write({ [given.named(name)]: text });
      }
    });
    afterEach(async () => {
      given.directory[Symbol.dispose]();
      await given.database.drop();
    });
    return given;
  }

  /** A file's name in this store. */
  named(name: string): string {
    return `${name}${this.kind.extension}`;
  }

  migrator(options: Partial<MigratorOptions> = {}, timeouts: StoreTimeouts = {}): Migrator {
    const logger = { info: () => undefined, warn: (line: string) => this.warnings.push(line) };
    const store = this.database.open(timeouts);
    return new Migrator({ store, directory: this.directory.path, logger, ...options });
  }

  /** In the ledger, ascending. */
  async versions(): Promise<number[]> {
    const ledger = await this.database.open().readLedger();
    return ledger.map(({ version }) => version).toSorted((a, b) => a - b);
  }
}

import type { OnApplicationShutdown } from '@nestjs/common';
import { Migrator } from '../migrator.js';
import type { StatusReport } from '../operations/status.operation.js';
import type { UpReport } from '../operations/up.operation.js';
import type { MigrationsModuleOptions } from './migrations.module-definition.js';

/** The stores of an application. Inject it where readiness is told, or to migrate by hand. */
export class Migrations implements OnApplicationShutdown {
  /** One a store, in the order of the options. */
  readonly migrators: readonly Migrator[];

  /** @throws MigrationOptionsError */
  constructor(options: MigrationsModuleOptions) {
    this.migrators = options.migrators.map((each) => new Migrator(each));
  }

  /** Does what is to be done at boot: the application waits for it. */
  static async booted(options: MigrationsModuleOptions): Promise<Migrations> {
    const migrations = new Migrations(options);
    try {
      const { atBoot = 'migrate' } = options;
      if (atBoot === 'migrate') await migrations.up();
      if (atBoot === 'check') await migrations.assertUpToDate();
      return migrations;
    } catch (error) {
      // Nest calls no hook of what it could not build.
      await migrations.onApplicationShutdown();
      throw error;
    }
  }

  /** Brings every store up to date, one after the other. Throws what `Migrator.up` throws. */
  async up(): Promise<readonly UpReport[]> {
    const reports: UpReport[] = [];
    for (const migrator of this.migrators) reports.push(await migrator.up());
    return reports;
  }

  async status(): Promise<readonly StatusReport[]> {
    return Promise.all(this.migrators.map(async (migrator) => migrator.status()));
  }

  /** For readiness checks: resolves when every store is as this release needs it. */
  async assertUpToDate(): Promise<void> {
    await Promise.all(this.migrators.map(async (migrator) => migrator.assertUpToDate()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.migrators.map(async (migrator) => migrator.close()));
  }
}

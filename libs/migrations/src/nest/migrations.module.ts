import { Module } from '@nestjs/common';
import {
  ConfigurableModuleClass,
  MIGRATIONS_OPTIONS,
  type MigrationsModuleOptions,
} from './migrations.module-definition.js';
import { Migrations } from './migrations.service.js';

/**
 * Migrates at boot, or checks that somebody did, before any other provider is initialised:
 *
 * ```ts
 * MigrationsModule.forRoot({ migrators: [{ store, directory: 'migrations/postgres' }] })
 * ```
 */
@Module({
  providers: [
    {
      provide: Migrations,
      inject: [MIGRATIONS_OPTIONS],
      useFactory: async (options: MigrationsModuleOptions) => Migrations.booted(options),
    },
  ],
  exports: [Migrations],
})
export class MigrationsModule extends ConfigurableModuleClass {}

import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { MigratorOptions } from '../migrator.options.js';

/** Options of `MigrationsModule`. */
export interface MigrationsModuleOptions {
  /** Each store with the folder of its files, as for a `Migrator`. They are closed with the app. */
  readonly migrators: readonly MigratorOptions[];
  /**
   * What happens before any other provider's `onModuleInit`: `migrate` brings the stores up to date,
   * of many replicas one does; `check` fails the boot if a store is behind, or ahead by a breaking
   * migration; `nothing` leaves it to you. Default: `migrate`.
   */
  readonly atBoot?: 'migrate' | 'check' | 'nothing';
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: MIGRATIONS_OPTIONS } =
  new ConfigurableModuleBuilder<MigrationsModuleOptions>({ moduleName: 'Migrations' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({
      ...definition,
      global: isGlobal,
    }))
    .build();

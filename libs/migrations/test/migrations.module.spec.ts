import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type ModuleMetadata, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Migrations, MigrationsModule, type MigrationsModuleOptions } from '../src/nest/index.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo, mongoUnderTest } from './mongo-under-test.js';
import { createPostgres, postgresUnderTest } from './postgres-under-test.js';

describe('MigrationsModule', () => {
  let postgres: TestDatabase;
  let mongo: TestDatabase;
  let sqlFiles: TestDirectory;
  let modules: TestDirectory;

  beforeEach(async () => {
    [postgres, mongo] = await Promise.all([createPostgres(), createMongo()]);
    sqlFiles = new TestDirectory({ '0001_a.sql': postgresUnderTest.text.writes('a') });
    modules = new TestDirectory({ '0001_a.ts': mongoUnderTest.text.writes('a') });
  });
  afterEach(async () => {
    sqlFiles[Symbol.dispose]();
    modules[Symbol.dispose]();
    await Promise.all([postgres.drop(), mongo.drop()]);
  });

  const options = (atBoot?: MigrationsModuleOptions['atBoot']): MigrationsModuleOptions => ({
    atBoot,
    migrators: [
      { store: postgres.open(), directory: sqlFiles.path },
      { store: mongo.open(), directory: modules.path },
    ],
  });
  const boot = async (...imports: NonNullable<ModuleMetadata['imports']>) => {
    @Module({ imports })
    class AppModule {}
    return NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  };

  it('brings every store up to date before anything else is initialised', async () => {
    const seen: string[] = [];
    @Injectable()
    class Reader implements OnModuleInit {
      constructor(@Inject(Migrations) readonly migrations: Migrations) {}
      async onModuleInit() {
        seen.push(...(await postgres.journal()), ...(await mongo.journal()));
      }
    }
    @Module({ providers: [Reader] })
    class ReaderModule {}
    const app = await boot(ReaderModule, MigrationsModule.forRoot(options()));
    expect(seen).toEqual(['a', 'a']);
    const migrations = app.get(Migrations);
    await expect(migrations.assertUpToDate()).resolves.toBeUndefined();
    await expect(migrations.status()).resolves.toMatchObject([
      { store: 'postgres', problems: [] },
      { store: 'mongo', problems: [] },
    ]);
    await app.close();
  });

  it('takes its options from a factory', async () => {
    @Module({ providers: [{ provide: 'AT_BOOT', useValue: 'nothing' }], exports: ['AT_BOOT'] })
    class ConfigModule {}
    const app = await boot(
      MigrationsModule.forRootAsync({
        imports: [ConfigModule],
        inject: ['AT_BOOT'],
        useFactory: (atBoot: 'nothing') => options(atBoot),
      }),
    );
    expect(await postgres.journal()).toEqual([]);
    await expect(app.get(Migrations).assertUpToDate()).rejects.toMatchObject({
      code: 'STORE_BEHIND',
    });
    await expect(app.get(Migrations).up()).resolves.toMatchObject([{ total: 1 }, { total: 1 }]);
    await app.close();
  });

  it('ends the boot when it only checks and a store is behind', async () => {
    const booting = boot(MigrationsModule.forRoot(options('check')));
    await expect(booting).rejects.toThrow('is behind: misses 0001_a');
    await (await boot(MigrationsModule.forRoot(options()))).close();
    await (await boot(MigrationsModule.forRoot(options('check')))).close();
  });

  it('lets one of several replicas that boot at once do the work', async () => {
    const apps = await Promise.all(
      Array.from({ length: 5 }, async () => boot(MigrationsModule.forRoot(options()))),
    );
    expect([await postgres.journal(), await mongo.journal()]).toEqual([['a'], ['a']]);
    await Promise.all(apps.map(async (app) => app.close()));
  });
});

import { describe, expect, it } from '@jest/globals';
import { mongoMigrationStore } from './mongo/mongo.store.js';
import { Migrator } from './migrator.js';
import { postgresMigrationStore } from './postgres/postgres.store.js';

describe('options', () => {
  it.each(['mysql://h/x', 'localhost:5432', '', 'postgres//u:s3cret@h/x'])(
    'refuse %j as an address of PostgreSQL, without repeating it',
    (url) => {
      expect(() => postgresMigrationStore({ url })).toThrow(
        /^not a PostgreSQL URL; takes postgres:\/\/user:password@host:5432\/database$/,
      );
    },
  );

  it.each([
    'http://h/x',
    'localhost:27017',
    '',
    'mongodb://u:s3cret@h',
    'mongodb://u:s3cret@h/?w=1',
  ])('refuse %j as an address of MongoDB, without repeating it', (url) => {
    expect(() => mongoMigrationStore({ url })).toThrow(
      /^not a MongoDB URL with a database; takes mongodb:\/\/user:password@host:27017\/database$/,
    );
  });

  it.each([
    ['postgres://u:s3cret@h:6543/app?sslmode=require', 'h:6543/app'],
    ['mongodb://u:s3cret@a:1,b:2/app?replicaSet=r', 'a:1,b:2/app'],
    ['mongodb+srv://u:s%40cret@cluster.example/app', 'cluster.example/app'],
  ])('show %s as %s', (url, address) => {
    const store = url.startsWith('mongo')
      ? mongoMigrationStore({ url })
      : postgresMigrationStore({ url });
    expect(store.address).toBe(address);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31])('refuse a duration of %d ms', (duration) => {
    const takes = `got ${duration}; takes a whole number of milliseconds from 1 to 2147483647`;
    const store = () => postgresMigrationStore({ url: 'postgres://h/x', lockTimeoutMs: duration });
    expect(store).toThrow(`lockTimeoutMs: ${takes}`);
    expect(() => mongoMigrationStore({ url: 'mongodb://h/x', leaseMs: duration })).toThrow(
      `leaseMs: ${takes}`,
    );
    const options = { store: postgresMigrationStore({ url: 'postgres://h/x' }), directory: '' };
    expect(() => new Migrator({ ...options, lockWaitMs: duration })).toThrow(
      `lockWaitMs: ${takes}`,
    );
  });
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { devSecrets, ownEnvironment, serviceEnvironment } from '../environment.ts';

describe("the services' environment", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const given = {
    stores: { DATABASE_URL: 'postgres://found' },
    secrets: { AUTH_SECRET: 'made up', CURSOR_SECRET: 'made up' },
    ports: { users: 4001, content: 4002, analytics: 4003 },
    folder: '/data',
  };

  it('lets what a person has set win over what is made up', () => {
    const env = serviceEnvironment({ AUTH_SECRET: 'mine', LOG_LEVEL: 'debug' }, given);
    expect(env).toMatchObject({
      AUTH_SECRET: 'mine',
      CURSOR_SECRET: 'made up',
      LOG_LEVEL: 'debug',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(serviceEnvironment({ AUTH_SECRET: '' }, given)).toMatchObject({
      AUTH_SECRET: 'made up',
    });
  });

  it('gives no service the port of another', () => {
    expect(serviceEnvironment({ PORT: '8080' }, given)).not.toHaveProperty('PORT');
  });

  it('tells where the users service publishes its keys', () => {
    expect(serviceEnvironment({}, given)).toMatchObject({
      JWKS_URL: 'http://127.0.0.1:4001/.well-known/jwks.json',
    });
  });

  it('keeps mails beside the platform’s own files, unless told otherwise', () => {
    expect(serviceEnvironment({}, given)['MAIL_DIRECTORY']).toBe(path.join('/data', 'mail'));
    expect(serviceEnvironment({ MAIL_DIRECTORY: '/mine' }, given)['MAIL_DIRECTORY']).toBe('/mine');
  });

  it('reads .env, over which the process’s own variables win', () => {
    writeFileSync(path.join(folder, '.env'), 'FROM_FILE="a b"\nPATH=/nowhere\n');
    const own = ownEnvironment(folder);
    expect(own['FROM_FILE']).toBe('a b');
    expect(own['PATH']).toBe(process.env['PATH']);
  });

  it('has secrets that stay the same, long enough, readable for the owner alone', () => {
    const file = path.join(folder, 'secrets.json');
    const first = devSecrets(file);
    expect(devSecrets(file)).toEqual(first);
    expect(Object.keys(first)).toEqual(['AUTH_SECRET', 'CURSOR_SECRET', 'VISITOR_SECRET']);
    for (const secret of Object.values(first)) expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(devSecrets(undefined)).not.toEqual(first);
  });
});

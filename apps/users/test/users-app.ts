import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import { createService } from '@trilith/service';
import { postgresForTest, redisForTest } from '@trilith/testing';
import pg from 'pg';

import { usersService } from '../src/users.service-definition.js';

export const AUTH_SECRET = 'only for tests, and longer than 32 characters';

/** Stores of one spec's own, shared by the instances it starts. */
export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  /** Where mails go that no server takes. */
  readonly mailDirectory: string;
  /** Looks at the database past the service. */
  readonly database: pg.Pool;
  close(): Promise<void>;
}

export async function openStores(): Promise<Stores> {
  const [postgres, redis, mailDirectory] = await Promise.all([
    postgresForTest(),
    redisForTest(),
    mkdtemp(path.join(tmpdir(), 'trilith-mail-')),
  ]);
  const database = new pg.Pool({ connectionString: postgres.url, max: 3 });
  // Its connections are cut when the database is dropped.
  database.on('error', () => undefined);
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    prefix: redis.prefix,
    mailDirectory,
    database,
    close: async () => {
      await database.end();
      await Promise.all([postgres.close(), redis.close()]);
      await rm(mailDirectory, { recursive: true, force: true });
    },
  };
}

/** Each spec acts for many people from one address; those that are about limits set their own. */
const WITHOUT_LIMITS = {
  RATE_LIMIT_CALLER: '1000000/1s',
  RATE_LIMIT_SIGN_IN_ADDRESS: '1000000/1s',
  RATE_LIMIT_SIGN_IN_ACCOUNT: '1000000/1s',
  RATE_LIMIT_SIGN_UP_ADDRESS: '1000000/1s',
  RATE_LIMIT_SIGN_UP_ACCOUNT: '1000000/1s',
  RATE_LIMIT_MAIL_ADDRESS: '1000000/1s',
  RATE_LIMIT_MAIL_ACCOUNT: '1000000/1s',
  RATE_LIMIT_PASSWORD: '1000000/1s',
  RATE_LIMIT_RENAMING: '1000000/1s',
  RATE_LIMIT_EXPORT: '1000000/1s',
};

/** The environment of a service on these stores. */
export function environment(stores: Stores, more: Record<string, string> = {}) {
  return {
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redisUrl,
    MESSAGING_PREFIX: stores.prefix,
    MAIL_DIRECTORY: stores.mailDirectory,
    AUTH_SECRET,
    CURSOR_SECRET: 'for cursors in tests, longer than 32 characters',
    ...WITHOUT_LIMITS,
    PORT: '0',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    ...more,
  };
}

/** The real application, without a listening port. */
export async function startUsers(
  stores: Stores,
  more: Record<string, string> = {},
): Promise<NestFastifyApplication> {
  const config = loadConfig(usersService.config, environment(stores, more));
  return createService(usersService, config);
}

/** A JSON answer to an injected request. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | number | undefined>;
  readonly body: Record<string, unknown>;
}

export interface CallOptions {
  readonly json?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function call(
  app: NestFastifyApplication,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  url: string,
  { json, token, headers }: CallOptions = {},
): Promise<Answer> {
  const response = await app.inject({
    method,
    url,
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(json !== undefined && { payload: JSON.stringify(json) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.body === '' ? {} : response.json<Record<string, unknown>>(),
  };
}

/** What a person nobody has met yet signs up with. */
export function newPerson() {
  const username = `p_${randomBytes(8).toString('hex')}`;
  return {
    email: `${username}@example.org`,
    username,
    password: 'correct horse battery',
    displayName: 'Ada Lovelace',
  };
}

/** Signs somebody up and in. */
export async function signedIn(app: NestFastifyApplication, person = newPerson()) {
  const account = await call(app, 'POST', '/v1/accounts', { json: person });
  const { username: login, password } = person;
  const session = await call(app, 'POST', '/v1/sessions', { json: { login, password } });
  if (account.status !== 201 || session.status !== 201) {
    throw new Error(`Sign-up answered ${account.status}, sign-in ${session.status}`);
  }
  return { ...person, id: String(account.body.id), token: String(session.body.accessToken) };
}

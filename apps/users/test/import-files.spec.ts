import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { hash } from '@node-rs/argon2';

import { asRow, csv, HEADER, Importer, ndjson, person, signedInAdmin } from './import-story.js';
import { naughtyStrings } from './naughty-strings.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('files of accounts', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let admin: Awaited<ReturnType<typeof signedInAdmin>>;
  let imports: Importer;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    await app.startAllMicroservices();
    admin = await signedInAdmin(app, stores);
    imports = new Importer(app, admin.token);
  });
  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  const stored = async (sql: string, values: unknown[] = []) =>
    (await stores.database.query<Record<string, unknown>>(sql, values)).rows;
  const accountOf = async (username: string) => {
    const [found] = await stored(
      `SELECT email, role, display_name, avatar_url, bio, version FROM accounts
         JOIN profiles ON account_id = id WHERE username = $1`,
      [username],
    );
    return found;
  };

  describe('files', () => {
    it.each([
      ['a byte order mark', '\uFEFF', '\n'],
      ['CRLF', '', '\r\n'],
    ])('may have %s', async (_title, mark, eol) => {
      const { rows } = await imports.import(
        'csv',
        `${mark}${HEADER.trim()}${eol}${asRow(person())}${eol}`,
      );
      expect(rows).toMatchObject({ imported: 1, refused: 0 });
    });

    it('may have quotes, commas and line ends within fields', async () => {
      const [one, other] = [person(), person()];
      const { refusals } = await imports.import(
        'csv',
        `${HEADER}${one.email},${one.username},"Ada ""the"" first, of many"\n` +
          `${other.email},${other.username},"Ada\nof many"\n`,
      );
      expect(await accountOf(one.username)).toMatchObject({
        display_name: 'Ada "the" first, of many',
      });
      expect(refusals).toEqual([[3, 'displayName', 'must not hold control characters']]);
    });

    it('may have their columns in any order, and no optional ones', async () => {
      const one = person();
      await imports.import(
        'csv',
        `username,bio,displayName,email\n${one.username},,A,${one.email}\n`,
      );
      expect(await accountOf(one.username)).toMatchObject({ display_name: 'A', bio: null });
    });

    it('name the row that is not UTF-8', async () => {
      const one = person();
      const latin = Buffer.from(csv(`z@example.org,zoe_x,Zo\xeb`, asRow(one)), 'latin1');
      const { refusals, rows } = await imports.import('csv', latin);
      expect([rows.imported, refusals]).toEqual([1, [[2, null, 'is not UTF-8']]]);
    });

    it.each([
      ['in UTF-16', Buffer.from(csv('a@example.org,somebody,A'), 'utf16le')],
      ['without a header', Buffer.from('a@example.org,somebody,A\n')],
      ['with an unknown column', Buffer.from('email,username,displayName,isAdmin\n')],
      ['with a column twice', Buffer.from('email,username,displayName,email\n')],
      ['with another separator', Buffer.from('email;username;displayName\n')],
      ['without anything', Buffer.from('')],
    ])('of CSV %s are refused, with the columns that there are', async (_title, file) => {
      const id = await imports.begin({ format: 'csv' });
      const { status, body } = await imports.send(id, file);
      expect([status, body.code]).toEqual([400, 'columns_invalid']);
      expect(JSON.stringify(body)).not.toContain('somebody');
      expect(await imports.state(id)).toMatchObject({ state: 'receiving', offset: 0 });
    });

    it('name rows that are longer than a row may be', async () => {
      const one = person();
      const { refusals, rows } = await imports.import(
        'ndjson',
        `${'['.repeat(200_000)}\n${ndjson(one)}`,
      );
      expect(rows.imported).toBe(1);
      expect(refusals).toEqual([[1, null, 'is longer than 65536 bytes']]);
    });

    it('name rows that are no object of known fields, and show nothing of what they hold', async () => {
      const secret = 'hunter2';
      const { refusals } = await imports.import(
        'ndjson',
        [
          `{"email":"${secret}`,
          `"${secret}"`,
          `[{"${secret}":1}]`,
          JSON.stringify({ ...person(), [secret]: secret }),
          JSON.stringify({ ...person(), id: '00000000-0000-7000-8000-000000000000' }),
          `{"__proto__":{"role":"admin"},${JSON.stringify(person()).slice(1)}`,
          JSON.stringify({ ...person(), passwordHash: secret }),
          JSON.stringify({ ...person(), role: secret }),
          '['.repeat(60_000),
        ].join('\n'),
      );
      expect(refusals.map(([row, field]) => [row, field])).toEqual([
        [1, null],
        [2, null],
        [3, null],
        [4, null],
        [5, null],
        [6, null],
        [7, 'passwordHash'],
        [8, 'role'],
        [9, null],
      ]);
      expect(JSON.stringify(refusals)).not.toContain(secret);
    });

    it('take naughty strings as text, in every field, and keep those that are names', async () => {
      for (const field of [
        'email',
        'username',
        'displayName',
        'avatarUrl',
        'bio',
        'role',
        'passwordHash',
      ]) {
        const people = naughtyStrings.map(() => person());
        const { rows, state } = await imports.import(
          'ndjson',
          ndjson(...people.map((each, index) => ({ ...each, [field]: naughtyStrings[index] }))),
        );
        expect(state).toBe('done');
        expect(rows.received).toBe(naughtyStrings.length);
        expect(rows.imported + rows.refused).toBe(naughtyStrings.length);
      }
    });

    it('keep naughty strings that are names as they were given', async () => {
      const people = naughtyStrings.map((displayName) => ({ ...person(), displayName }));
      const { rows } = await imports.import('ndjson', ndjson(...people));
      expect(rows.imported).toBeGreaterThan(10);
      const kept = await stored(
        'SELECT username, display_name FROM accounts JOIN profiles ON account_id = id WHERE username = ANY($1)',
        [people.map(({ username }) => username)],
      );
      const given = new Map(
        people.map(({ username, displayName }) => [username, displayName.trim()]),
      );
      for (const { username, display_name: name } of kept) {
        expect(name).toBe(given.get(username as string));
      }
      expect(await stored('SELECT FROM accounts LIMIT 1')).toHaveLength(1);
    });
  });

  describe('secrets', () => {
    it('leave accounts without a password that anybody could know', async () => {
      const one = person();
      await imports.import('ndjson', ndjson(one));
      const [{ password_hash: stored1 } = {}] = await stored(
        'SELECT password_hash FROM accounts WHERE username = $1',
        [one.username],
      );
      expect(stored1).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
      const { status, body } = await call(app, 'POST', '/v1/sessions', {
        json: { login: one.username, password: 'correct horse battery' },
      });
      expect([status, body.code]).toEqual([401, 'credentials_invalid']);
    });

    it('take argon2id hashes, and make weak ones anew at the first sign-in', async () => {
      const one = person();
      const password = 'correct horse battery';
      const passwordHash = await hash(password, { memoryCost: 1024, timeCost: 1, parallelism: 1 });
      await imports.import('ndjson', ndjson({ ...one, passwordHash }));
      const { status } = await call(app, 'POST', '/v1/sessions', {
        json: { login: one.username, password },
      });
      expect(status).toBe(201);
      const [{ password_hash: now } = {}] = await stored(
        'SELECT password_hash FROM accounts WHERE username = $1',
        [one.username],
      );
      expect(now).toContain('$m=19456,t=2,p=1$');
    });

    it.each([
      '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy',
      '$argon2id$v=19$m=999999,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy',
      '$argon2id$v=19$m=19456,t=99,p=1$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy',
      '$argon2id$v=19$m=19456,t=2,p=99$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy',
      '$argon2id$v=19$m=4,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy',
      '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHR$Zm9v',
      '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW',
      'correct horse battery',
    ])(
      'refuse the hash %s, which would cost too much or cannot be checked',
      async (passwordHash) => {
        const { refusals } = await imports.import('ndjson', ndjson({ ...person(), passwordHash }));
        expect(refusals).toEqual([[1, 'passwordHash', expect.stringContaining('argon2id')]]);
      },
    );

    it('make admins only where that was said when the import was begun', async () => {
      const [one, other] = [person(), person()];
      const { refusals } = await imports.import('ndjson', ndjson({ ...one, role: 'admin' }));
      expect(refusals).toEqual([[1, 'role', expect.stringContaining('must be member')]]);
      await imports.import('ndjson', ndjson({ ...other, role: 'admin' }), true);
      expect(await accountOf(other.username)).toMatchObject({ role: 'admin' });
    });

    it('are nothing for members, nor for who has no token', async () => {
      const id = await imports.begin({ format: 'csv' });
      const { token } = await signedIn(app);
      const routes = [
        ['POST', ''],
        ['GET', ''],
        ['GET', `/${id}`],
        ['PATCH', `/${id}`],
        ['GET', `/${id}/refusals`],
        ['GET', `/${id}/progress`],
        ['DELETE', `/${id}`],
      ] as const;
      for (const [method, path] of routes) {
        for (const [authorization, expected] of [
          [`Bearer ${token}`, 403],
          [undefined, 401],
        ] as const) {
          const { statusCode } = await app.inject({
            method,
            url: `/v1/imports${path}`,
            headers: {
              ...(authorization && { authorization }),
              ...(method === 'PATCH' && { 'content-type': 'text/csv', 'upload-offset': '0' }),
            },
            ...(method === 'PATCH' && { payload: csv(asRow(person())) }),
          });
          expect([method, path, statusCode]).toEqual([method, path, expected]);
        }
      }
      expect(await imports.state(id)).toMatchObject({ state: 'receiving', offset: 0 });
    });
  });
});

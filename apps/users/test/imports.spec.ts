import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { asRow, csv, Importer, ndjson, person, signedInAdmin } from './import-story.js';
import { startNeighbour } from './neighbour.js';
import { call, openStores, startUsers, type Stores } from './users-app.js';

describe('imports of accounts', () => {
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

  const idOf = async (username: string) => {
    const [found] = await stored('SELECT id FROM accounts WHERE username = $1', [username]);
    return found?.id as string;
  };

  it('make accounts of rows, as signing up does', async () => {
    const [one, other] = [person(), person()];
    const done = await imports.import(
      'ndjson',
      ndjson(
        { ...one, email: ` ${one.email.toUpperCase()}`, avatarUrl: 'https://example.org/a.png' },
        { ...other, bio: 'a\tb\\c "d"\ne', role: 'member', passwordHash: null },
      ),
    );
    expect(done).toMatchObject({
      state: 'done',
      rows: { received: 2, waiting: 0, imported: 2, refused: 0 },
      refusals: [],
    });
    expect(await accountOf(one.username)).toEqual({
      email: one.email,
      role: 'member',
      display_name: one.displayName,
      avatar_url: 'https://example.org/a.png',
      bio: null,
      version: 1,
    });
    expect(await accountOf(other.username)).toMatchObject({ bio: 'a\tb\\c "d"\ne' });
  });

  it('leave nothing of a row that became an account in the staging table', async () => {
    const { id } = await imports.import('csv', csv(asRow(person()), 'not,right'));
    expect(await stored('SELECT FROM staged_accounts WHERE import_id = $1', [id])).toEqual([]);
  });

  it('tell other services of each account, once', async () => {
    const neighbour = await startNeighbour(stores);
    try {
      const people = Array.from({ length: 30 }, person);
      await imports.import('csv', csv(...people.map(asRow)));
      for (const { username, displayName } of people) {
        const id = await idOf(username);
        await eventually(() => expect(neighbour.heardOf(id)).toHaveLength(1));
        expect(neighbour.heardOf(id)[0]).toMatchObject({
          topic: 'accounts.created',
          payload: { accountId: id, username, displayName, avatarUrl: null, version: 1 },
        });
      }
    } finally {
      await neighbour.close();
    }
  });

  it('refuse bad rows by number, field and reason, and import the others', async () => {
    const good = [person(), person()];
    const [first = '', second = ''] = good.map(asRow);
    const { rows, refusals } = await imports.import(
      'csv',
      csv(
        first,
        'no-address,somebody,Some Body',
        'a@example.org,x,Some Body',
        'b@example.org,somebody,',
        'c@example.org,somebody',
        'd@example.org,"some"body,Some Body',
        '',
        second,
      ),
    );
    expect(rows).toEqual({ received: 9, waiting: 0, imported: 2, refused: 5 });
    expect(refusals).toEqual([
      [3, 'email', 'must be an e-mail address'],
      [4, 'username', 'must be 3 to 30 letters, digits or underscores'],
      [5, 'displayName', expect.any(String)],
      [6, null, 'must have 3 fields, not 2'],
      [7, null, expect.stringContaining('quote')],
    ]);
    for (const { username } of good) expect(await accountOf(username)).toBeDefined();
  });

  it('refuse names that are taken, by an account or by a row before', async () => {
    const [one, other] = [person(), person()];
    const { refusals, rows } = await imports.import(
      'csv',
      csv(
        asRow(one),
        asRow({ ...person(), email: one.email.toUpperCase() }),
        asRow({ ...person(), username: one.username }),
        asRow({ ...person(), email: admin.email }),
        asRow(other),
      ),
    );
    expect(rows).toMatchObject({ imported: 2, refused: 3 });
    expect(refusals).toEqual([
      [3, 'email', 'belongs to an account already'],
      [4, 'username', 'belongs to an account already'],
      [5, 'email', 'belongs to an account already'],
    ]);
  });

  it('show nothing before all of the file has arrived', async () => {
    const one = person();
    const file = csv(asRow(one));
    const id = await imports.begin({ format: 'csv' });
    const { body } = await imports.send(id, file, { last: false });
    expect(body).toMatchObject({ state: 'receiving', offset: file.length, rows: { waiting: 1 } });
    expect(await accountOf(one.username)).toBeUndefined();
    await imports.send(id, '', { offset: file.length });
    await imports.ended(id);
    expect(await accountOf(one.username)).toBeDefined();
  });

  it('tell their progress by events, until they have ended', async () => {
    const { id } = await imports.import('csv', csv(asRow(person())));
    const { headers, body } = await app.inject({
      url: `/v1/imports/${id}/progress`,
      headers: { authorization: `Bearer ${admin.token}` },
    });
    expect(headers['content-type']).toContain('text/event-stream');
    const [event, data] = body
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('id:'));
    expect(event).toBe('event: progress');
    expect(JSON.parse(data?.replace('data: ', '') ?? '')).toMatchObject({ id, state: 'done' });
  });

  describe('requests', () => {
    it.each([undefined, '', '-1', '1.5', 'x', '1e3', '9'.repeat(16)])(
      'are refused with Upload-Offset %s',
      async (offset) => {
        const id = await imports.begin({ format: 'csv' });
        const { statusCode, body } = await app.inject({
          method: 'PATCH',
          url: `/v1/imports/${id}`,
          headers: {
            authorization: `Bearer ${admin.token}`,
            'content-type': 'text/csv',
            ...(offset !== undefined && { 'upload-offset': offset }),
          },
          payload: csv(),
        });
        expect([statusCode, JSON.parse(body).code]).toEqual([400, 'offset_invalid']);
      },
    );

    it('are refused from another place than where the last one ended', async () => {
      const id = await imports.begin({ format: 'csv' });
      const file = csv(asRow(person()));
      await imports.send(id, file, { last: false });
      for (const offset of [0, 1, file.length + 1]) {
        const { status, body } = await imports.send(id, file, { offset });
        expect([status, body.code, body.facts]).toEqual([
          409,
          'offset_mismatch',
          { offset: file.length },
        ]);
      }
    });

    it('are refused in another format than the import was begun with', async () => {
      const id = await imports.begin({ format: 'csv' });
      const { status, body } = await imports.send(id, '{}', { type: 'application/x-ndjson' });
      expect([status, body.code]).toEqual([400, 'format_mismatch']);
      expect((await imports.send(id, '{}', { type: 'text/plain' })).status).toBe(415);
      expect((await imports.send(id, '{}', { type: 'application/json' })).status).toBe(400);
    });

    it('are refused when the import is over, or was cancelled, which drops what was staged', async () => {
      const { id } = await imports.import('csv', csv(asRow(person())));
      const { status, body } = await imports.send(id, csv(), { offset: 0 });
      expect([status, body.code]).toEqual([409, 'import_closed']);
      const one = person();
      const other = await imports.begin({ format: 'csv' });
      await imports.send(other, csv(asRow(one)), { last: false });
      const cancel = async () =>
        (
          await app.inject({
            method: 'DELETE',
            url: `/v1/imports/${other}`,
            headers: { authorization: `Bearer ${admin.token}` },
          })
        ).statusCode;
      expect([await cancel(), await cancel()]).toEqual([200, 200]);
      expect((await imports.send(other, '', { offset: 0 })).status).toBe(409);
      await eventually(async () =>
        expect(await stored('SELECT FROM staged_accounts WHERE import_id = $1', [other])).toEqual(
          [],
        ),
      );
      expect(await accountOf(one.username)).toBeUndefined();
    });

    it('for an import that there is not get a 404', async () => {
      const id = '00000000-0000-7000-8000-000000000000';
      const get = async (path: string) => call(app, 'GET', `/v1/imports/${path}`, admin);
      for (const path of [id, `${id}/refusals`, `${id}/progress`]) {
        const { status, body } = await get(path);
        expect([status, body.code]).toEqual([404, 'import_not_found']);
      }
      expect((await imports.send(id, csv())).status).toBe(404);
      expect((await get('nonsense')).status).toBe(400);
    });

    it('list imports, newest first', async () => {
      const ids = [
        await imports.begin({ format: 'csv' }),
        await imports.begin({ format: 'ndjson' }),
      ];
      const { body } = await call(app, 'GET', '/v1/imports?limit=2', admin);
      const { items } = body as { items: { id: string }[] };
      expect(items.map(({ id }) => id)).toEqual(ids.toReversed());
    });

    it('give the report page by page', async () => {
      const { id } = await imports.import('csv', csv(...Array.from({ length: 7 }, () => 'x,y,z')));
      const seen: number[] = [];
      for (let after = 0, pages = 0; pages < 4; pages += 1) {
        const url = `/v1/imports/${id}/refusals?limit=3&after=${after}`;
        const { body } = await call(app, 'GET', url, admin);
        const page = body as { items: { row: number }[]; next: number | null };
        seen.push(...page.items.map(({ row }) => row));
        if (page.next === null) break;
        after = page.next;
      }
      expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8]);
    });

    it('of two at once for one place, one is stored', async () => {
      const id = await imports.begin({ format: 'ndjson' });
      const files = Array.from({ length: 6 }, () => ndjson(person()));
      const answers = await Promise.all(
        files.map(async (file) =>
          imports.send(id, file, { last: false, type: 'application/x-ndjson' }),
        ),
      );
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
      expect(statuses).toEqual([200, 409, 409, 409, 409, 409]);
      expect((await imports.state(id)).rows).toMatchObject({ received: 1, waiting: 1 });
    });
  });
});

import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { selectPage } from '@trilith/pagination';

import { ACCOUNT_LISTS } from '../src/directory/account-lists.js';
import { change } from './profile-story.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

type Item = Record<string, unknown>;

interface Body {
  readonly items: Item[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
  readonly code?: string;
}

describe('lists of accounts', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let member: Awaited<ReturnType<typeof signedIn>>;
  let admin: Awaited<ReturnType<typeof signedIn>>;

  const read = async (query: string, token = member.token) => {
    const { status, body } = await call(app, 'GET', `/v1/accounts${query}`, { token });
    return { status, body: body as unknown as Body };
  };
  const idsIn = async (order: string) => {
    const { rows } = await stores.database.query<{ id: string }>(
      `SELECT id FROM accounts JOIN profiles ON account_id = id ORDER BY ${order}`,
    );
    return rows.map(({ id }) => id);
  };
  /** Everything that a list shows, page after page, and again from its end to its beginning. */
  const walk = async (query: string, token: string) => {
    const there: Item[] = [];
    const pages: Item[][] = [];
    let { status, body } = await read(`?${query}`, token);
    for (;;) {
      expect(status).toBe(200);
      pages.push(body.items);
      there.push(...body.items);
      if (body.nextCursor === null) break;
      ({ status, body } = await read(`?${query}&cursor=${body.nextCursor}`, token));
    }
    const back = [...body.items];
    while (body.previousCursor !== null) {
      ({ body } = await read(`?${query}&cursor=${body.previousCursor}`, token));
      back.unshift(...body.items);
    }
    expect(back).toEqual(there);
    expect(pages.length).toBeGreaterThan(3);
    return there;
  };

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    member = await signedIn(app);
    const person = newPerson();
    await signedIn(app, person);
    await stores.database.query("UPDATE accounts SET role = 'admin' WHERE username = $1", [
      person.username,
    ]);
    const { username: login, password } = person;
    const session = await call(app, 'POST', '/v1/sessions', { json: { login, password } });
    admin = { ...person, id: '', token: String(session.body.accessToken) };
    // Many of one moment, many of one name, and many who never signed in.
    await stores.database.query(`
      WITH made AS (
        INSERT INTO accounts (id, email, username, password_hash, created_at, last_signed_in_at)
        SELECT gen_random_uuid(), 'n' || n || '@secret.example.org', 'n_' || n, '$argon2id$',
               '2026-01-01Z'::timestamptz + (n / 10) * interval '1 second',
               CASE WHEN n % 3 > 0 THEN '2026-02-01Z'::timestamptz + (n % 7) * interval '1 day' END
          FROM generate_series(1, 120) AS n RETURNING id, username)
      INSERT INTO profiles (account_id, display_name, preferences, metadata)
      SELECT id, (ARRAY['Zoë', 'zoe', 'Ångström', 'Ada', 'ada', '田中'])[1 + length(username) % 2 * 3 + right(username, 1)::int % 3],
             jsonb_build_object('theme', (ARRAY['dark', 'light'])[1 + right(username, 1)::int % 2]),
             jsonb_build_object('plan', jsonb_build_object('name', 'p' || right(username, 1)))
        FROM made`);
    await stores.database.query('VACUUM ANALYZE');
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  describe.each([
    ['sort=newest', () => member.token, 'created_at DESC, id DESC'],
    ['sort=name', () => member.token, 'folded(display_name) COLLATE "C", id'],
    ['sort=last_sign_in', () => admin.token, 'last_signed_in_at DESC NULLS LAST, id DESC'],
  ])('by %s', (query, token, order) => {
    it.each([7, 30])(
      'give each account once, in pages of %i, forward and backward',
      async (limit) => {
        const items = await walk(`${query}&limit=${limit}`, token());
        expect(items.map(({ id }) => id)).toEqual(await idsIn(order));
      },
    );

    it('show what each shows to everybody, and no e-mail address', async () => {
      const { body } = await read(`?${query}&limit=100`, token());
      expect(JSON.stringify(body)).not.toMatch(/@|email|argon2|password|role|preferences|metadata/);
      const [first] = body.items;
      const shown = await call(app, 'GET', `/v1/accounts/${String(first?.id)}`);
      expect(first).toMatchObject(shown.body);
    });
  });

  it('are by newest accounts, twenty at a time, unless asked otherwise', async () => {
    const { body } = await read('');
    expect(body.items.map(({ id }) => id)).toEqual(
      (await idsIn('created_at DESC, id DESC')).slice(0, 20),
    );
  });

  it('show who signed in when to admins alone', async () => {
    const own = await read('?sort=last_sign_in&limit=2', admin.token);
    expect(own.body.items[0]).toMatchObject({ lastSignedInAt: expect.any(String) });
    const other = await read('?sort=last_sign_in');
    expect([other.status, other.body.code]).toEqual([403, 'order_for_admins']);
    const { body } = await read('?sort=newest', admin.token);
    expect(JSON.stringify(body)).not.toContain('lastSignedInAt');
  });

  it.each(['?sort=name', '/by-profile?metadata={"a":1}'])(
    'are for who is signed in: %s',
    async (query) => {
      const { status } = await call(app, 'GET', `/v1/accounts${encodeURI(query)}`);
      expect(status).toBe(401);
    },
  );

  it('take no cursor of another order, also one for admins, and none that was changed', async () => {
    const { body } = await read('?sort=last_sign_in&limit=2', admin.token);
    const cursor = body.nextCursor ?? '';
    for (const query of [
      `?sort=newest&cursor=${cursor}`,
      `?sort=name&cursor=${cursor}`,
      `?sort=last_sign_in&cursor=${cursor.slice(0, -2)}`,
      `/by-profile?preferences={"theme":"dark"}&cursor=${cursor}`,
      `/me/activity?cursor=${cursor}`,
    ]) {
      const answer = await read(encodeURI(query), admin.token);
      expect([query, answer.status, answer.body.code]).toEqual([query, 400, 'cursor_invalid']);
    }
  });

  describe('by what profiles hold', () => {
    const by = (preferences?: unknown, metadata?: unknown, more = '', token = admin.token) => {
      const query = new URLSearchParams(more);
      if (preferences !== undefined) query.set('preferences', JSON.stringify(preferences));
      if (metadata !== undefined) query.set('metadata', JSON.stringify(metadata));
      return read(`/by-profile?${query}`, token);
    };

    it('are for admins', async () => {
      expect((await by({ theme: 'dark' }, undefined, '', member.token)).status).toBe(403);
    });

    it.each([
      ['preferences', { theme: 'dark' }, undefined, 60],
      ['metadata, nested', undefined, { plan: { name: 'p3' } }, 12],
      ['both', { theme: 'light' }, { plan: { name: 'p3' } }, 12],
      ['both, which exclude each other', { theme: 'dark' }, { plan: { name: 'p3' } }, 0],
      ['what nobody has', undefined, { plan: { name: "'; DROP TABLE profiles; --" } }, 0],
    ])('give those whose profile holds %s', async (_what, preferences, metadata, count) => {
      const seen: Item[] = [];
      let { body } = await by(preferences, metadata, 'limit=25');
      seen.push(...body.items);
      while (body.nextCursor !== null) {
        ({ body } = await by(preferences, metadata, `limit=25&cursor=${body.nextCursor}`));
        seen.push(...body.items);
      }
      expect(new Set(seen.map(({ id }) => id)).size).toBe(count);
      expect(seen.map(({ id }) => id)).toEqual(
        seen
          .map(({ id }) => String(id))
          .toSorted()
          .toReversed(),
      );
      expect(JSON.stringify(seen)).not.toMatch(/@|email|argon2/);
    });

    it('follow a change at once', async () => {
      const tag = randomUUID();
      await change(app, member.token, { metadata: { tags: [tag, 'x'] } });
      const { body } = await by(undefined, { tags: [tag] });
      expect(body.items.map(({ id }) => id)).toEqual([member.id]);
    });

    it('take no cursor of another question', async () => {
      const { body } = await by({ theme: 'dark' }, undefined, 'limit=5');
      const cursor = body.nextCursor ?? '';
      const other = await by({ theme: 'light' }, undefined, `cursor=${cursor}`);
      expect([other.status, other.body.code]).toEqual([400, 'cursor_invalid']);
    });

    it.each([
      '',
      'preferences=',
      'preferences={}',
      'preferences=[]',
      'preferences="dark"',
      'preferences={"theme"',
      'metadata={"a":{}}',
      'metadata={"a":[[],{"b":{}}]}',
      'metadata=null',
      'metadata={"a":"\\u0000"}',
      'metadata={"a":"\\ud800"}',
      `metadata={"a":"${'x'.repeat(1_000)}"}`,
      `metadata=${'['.repeat(400)}${']'.repeat(400)}`,
      'metadata={"a":1}&sort=name',
    ])('refuse the question %j', async (query) => {
      const { status, body } = await read(`/by-profile?${encodeURI(query)}`, admin.token);
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    });

    it('take numbers that no column of a number could', async () => {
      const { status } = await read('/by-profile?metadata={"a":1e999}', admin.token);
      expect(status).toBeLessThan(500);
    });
  });

  describe('of many accounts', () => {
    interface Node {
      'Node Type': string;
      'Actual Rows': number;
      'Actual Loops': number;
      'Rows Removed by Filter'?: number;
      'Index Cond'?: string;
      Plans?: Node[];
    }
    const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
    const many = 20_000;

    beforeAll(async () => {
      await stores.database.query(
        `WITH made AS (
           INSERT INTO accounts (id, email, username, password_hash, created_at, last_signed_in_at)
           SELECT gen_random_uuid(), 'm' || n || '@secret.example.org', 'm_' || n, '$argon2id$',
                  '2025-01-01Z'::timestamptz + n * interval '1 second',
                  CASE WHEN n % 2 = 0 THEN '2025-02-01Z'::timestamptz + n * interval '1 second' END
             FROM generate_series(1, $1::int) AS n RETURNING id, username)
         INSERT INTO profiles (account_id, display_name) SELECT id, md5(username) FROM made`,
        [many],
      );
      await stores.database.query('VACUUM ANALYZE');
    });

    it.each(['newest', 'name', 'last_sign_in'] as const)(
      'read by %s no more rows deep in the list than on its first page, by index conditions',
      async (sort) => {
        const { list, sql } = ACCOUNT_LISTS[sort];
        const order = list.columns;
        const whole = selectPage(sql, { order, after: undefined, limit: many });
        const { rows } = await stores.database.query<{ position: string[] }>(
          whole.text,
          whole.values,
        );
        const read = async (depth: number) => {
          const values = depth === 0 ? undefined : rows[depth - 1]?.position;
          const after = values && { values, inclusive: false };
          const { text, values: parameters } = selectPage(sql, { order, after, limit: 21 });
          const explained = await stores.database.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
            `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
            parameters,
          );
          const plan = explained.rows[0]?.['QUERY PLAN'][0].Plan;
          const scans = (plan ? nodesOf(plan) : []).filter((node) =>
            node['Node Type'].includes('Scan'),
          );
          expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
          expect(scans.some((node) => 'Index Cond' in node)).toBe(true);
          return scans.reduce(
            (sum, node) =>
              sum +
              (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
            0,
          );
        };
        const first = await read(0);
        expect(first).toBeGreaterThan(0);
        // The accounts of a page and their profiles; twice where a page goes on among those without a value.
        expect(first).toBeLessThanOrEqual(21 * 2);
        for (const depth of [1_000, many / 2 + 50, many - 100]) {
          expect(await read(depth)).toBeLessThanOrEqual(21 * 5);
        }
      },
    );
  });
});

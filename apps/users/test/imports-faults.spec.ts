import { request } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import type { ImportState } from './import-story.js';
import { environment, newPerson, openStores, type Stores } from './users-app.js';
import { UsersProcess } from './users-process.js';

const ROWS = 9_000;
/** Of so many rows one is bad. */
const BAD_EVERY = 50;

/** A file with bad rows in it, and names that no other file has. */
function fileOf(prefix: string): Buffer {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const username = `${prefix}_${index}`;
    const email = index % BAD_EVERY === 0 ? 'nowhere' : `${username}@example.org`;
    return `${JSON.stringify({ email, username, displayName: `Número ${index}` })}\n`;
  });
  return Buffer.from(rows.join(''));
}

describe('imports of accounts, while replicas are killed and connections break', () => {
  let stores: Stores;
  let token: string;
  let replicas: UsersProcess[];
  let one: string;
  let other: string;

  const start = async () => {
    const replica = new UsersProcess(environment(stores));
    replicas.push(replica);
    return replica.url();
  };
  beforeAll(async () => {
    stores = await openStores();
  });
  afterAll(async () => {
    await stores?.close();
  });
  beforeEach(async () => {
    replicas = [];
    one = await start();
    other = await start();
    token = await adminToken();
  }, 150_000);
  afterEach(async () => {
    await Promise.all(replicas.map(async (replica) => replica[Symbol.asyncDispose]()));
  });

  async function post(url: string, json: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(json),
    });
    return (await response.json()) as Record<string, string>;
  }
  async function adminToken(): Promise<string> {
    const person = newPerson();
    const { id } = await post(`${one}/v1/accounts`, person);
    await stores.database.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [id]);
    const { username: login, password } = person;
    return (await post(`${one}/v1/sessions`, { login, password })).accessToken ?? '';
  }
  const bearer = () => ({ authorization: `Bearer ${token}` });
  const begin = async (url: string) =>
    (await post(`${url}/v1/imports`, { format: 'ndjson' }, bearer())).id ?? '';
  const stateOf = async (url: string, id: string) =>
    (await (await fetch(`${url}/v1/imports/${id}`, { headers: bearer() })).json()) as ImportState;
  const send = async (url: string, id: string, part: Buffer, offset: number) =>
    fetch(`${url}/v1/imports/${id}`, {
      method: 'PATCH',
      headers: {
        ...bearer(),
        'content-type': 'application/x-ndjson',
        'upload-offset': String(offset),
        'upload-complete': '?1',
      },
      body: new Uint8Array(part),
    });

  /** A request whose body arrives bit by bit. Never ends by itself. */
  function slowly(url: string, id: string, file: Buffer) {
    const sending = request(`${url}/v1/imports/${id}`, {
      method: 'PATCH',
      headers: { ...bearer(), 'content-type': 'application/x-ndjson', 'upload-offset': '0' },
    });
    const broken = once(sending, 'error').then(() => undefined);
    const write = async (from: number, to: number) => {
      sending.write(file.subarray(from, to));
      await sleep(1);
    };
    return { sending, write, broken };
  }

  async function expectAllOf(prefix: string, id: string): Promise<void> {
    await eventually(async () => expect(await stateOf(one, id)).toMatchObject({ state: 'done' }));
    const bad = ROWS / BAD_EVERY;
    expect((await stateOf(one, id)).rows).toEqual({
      received: ROWS,
      waiting: 0,
      imported: ROWS - bad,
      refused: bad,
    });
    const { rows } = await stores.database.query(
      `SELECT count(*)::int AS accounts, count(DISTINCT profiles.account_id)::int AS profiles,
              count(DISTINCT outbox.key)::int AS told, count(outbox.key)::int AS events
         FROM accounts
         LEFT JOIN profiles ON account_id = accounts.id
         LEFT JOIN outbox ON key = accounts.id::text
        WHERE username LIKE $1 || '\\_%'`,
      [prefix],
    );
    const good = ROWS - bad;
    expect(rows).toEqual([{ accounts: good, profiles: good, told: good, events: good }]);
    const { rows: refused } = await stores.database.query<{ row_number: string }>(
      'SELECT row_number FROM refused_rows WHERE import_id = $1 ORDER BY row_number',
      [id],
    );
    expect(refused.map(({ row_number: row }) => Number(row))).toEqual(
      Array.from({ length: bad }, (_, index) => index * BAD_EVERY + 1),
    );
  }

  it('go on in another replica when one is killed while rows arrive, and while they become accounts', async () => {
    const file = fileOf('killed');
    const id = await begin(one);
    const { sending, write, broken } = slowly(one, id, file);
    // Most of it, and the end of no row.
    const most = Math.floor(file.length * 0.7) + 3;
    for (let from = 0; from < most; from += 10_000)
      await write(from, Math.min(from + 10_000, most));
    const { offset } = await eventually(async () => {
      const current = await stateOf(other, id);
      expect(current.rows.received).toBeGreaterThan(2_000);
      return current;
    });
    replicas[0]?.signal('SIGKILL');
    await broken;
    sending.destroy();
    expect(offset).toBeGreaterThan(0);
    const { offset: durable } = await stateOf(other, id);
    expect(String(file.subarray(durable - 1, durable))).toBe('\n');

    const answer = await send(other, id, file.subarray(durable), durable);
    expect(answer.status).toBe(200);
    await eventually(
      async () => {
        const { rows } = await stores.database.query<{ imported: number }>(
          'SELECT imported_rows::int AS imported FROM account_imports WHERE id = $1',
          [id],
        );
        expect(rows[0]?.imported).toBeGreaterThan(0);
      },
      { intervalMs: 2 },
    );
    replicas[1]?.signal('SIGKILL');
    one = await start();
    await expectAllOf('killed', id);
  });

  it('keep the rows that had arrived whole when the connection breaks', async () => {
    const file = fileOf('broken');
    const id = await begin(one);
    const { sending, write, broken } = slowly(one, id, file);
    // Less than is stored together: stored only because the connection breaks.
    const rows = file.indexOf('\n', 20_000) + 1;
    await write(0, rows + 10);
    await sleep(50);
    sending.destroy(new Error('broken'));
    await broken;
    await eventually(async () => expect(await stateOf(other, id)).toMatchObject({ offset: rows }));
    expect((await send(other, id, file.subarray(rows), rows)).status).toBe(200);
    await expectAllOf('broken', id);
  });
});

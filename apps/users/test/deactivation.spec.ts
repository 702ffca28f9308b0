import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { refresh, signedUp, signIn } from './session-story.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('deactivation', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  const deactivate = async (token: string, currentPassword = newPerson().password) =>
    call(app, 'POST', '/v1/accounts/me/deactivation', { token, json: { currentPassword } });
  const isSeen = async (id: string) =>
    (await call(app, 'GET', `/v1/accounts/${id}`)).status === 200;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
  });
  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('hides the account and ends its sessions, until its owner signs in again', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    expect(await isSeen(person.id)).toBe(true);
    expect((await deactivate(held.accessToken)).status).toBe(204);
    expect(await isSeen(person.id)).toBe(false);
    expect((await refresh(app, held.refreshToken)).status).toBe(401);
    const again = await signIn(app, person);
    const { body } = await call(app, 'GET', '/v1/accounts/me', { token: again.accessToken });
    expect(body).toMatchObject({ id: person.id, username: person.username });
    const { rows } = await stores.database.query(
      'SELECT FROM accounts WHERE id = $1 AND deactivated_at IS NULL',
      [person.id],
    );
    expect(rows).toHaveLength(1);
  });

  it('takes the account out of lists and search, too', async () => {
    const person = await signedIn(app);
    const urls = [
      '/v1/accounts?limit=100',
      `/v1/accounts/search?q=${person.username.slice(0, 12)}`,
    ];
    const found = async (url: string) => {
      const { status, body } = await call(app, 'GET', url, { token: person.token });
      expect(status).toBe(200);
      return JSON.stringify(body).includes(person.id);
    };
    for (const url of urls) expect(await found(url)).toBe(true);
    await deactivate(person.token);
    for (const url of urls) expect(await found(url)).toBe(false);
  });

  it('takes the password', async () => {
    const { id, token } = await signedIn(app);
    const { status, body } = await deactivate(token, 'not the password');
    expect([status, body.code]).toEqual([403, 'password_wrong']);
    expect(await isSeen(id)).toBe(true);
  });

  it('is not for the only admin', async () => {
    const { id, token } = await signedIn(app);
    await stores.database.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [id]);
    const { status, body } = await deactivate(token);
    expect([status, body.code]).toEqual([409, 'last_admin']);
  });
});

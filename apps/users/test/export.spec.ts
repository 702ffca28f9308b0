import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 as uuidv7 } from 'uuid';

import { StandIn } from './erasing-services.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

interface Exported {
  account: Record<string, unknown>;
  profile: Record<string, unknown>;
  sessions: Record<string, unknown>[];
  activity: { id: string; kind: string }[];
  content: { posts: object[]; comments: object[]; likes: object[]; isComplete: boolean };
}

describe('the export of one’s own data', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  const exported = async (token: string) => {
    const answer = await call(app, 'GET', '/v1/accounts/me/export', { token });
    return { ...answer, document: answer.body as unknown as Exported };
  };

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    await app.startAllMicroservices();
  });
  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('holds all that is known of the person, in every service, and no secret', async () => {
    await using content = await StandIn.start('content', stores);
    const posts = Array.from({ length: 5 }, (_, index) => ({
      id: uuidv7(),
      title: `"${index}"\u2028`,
    }));
    content.has(posts);
    const { id, token, email, username } = await signedIn(app);
    await stores.database.query(
      `INSERT INTO activity_events (id, account_id, kind, occurred_at)
       SELECT gen_random_uuid(), $1, 'post.liked', now() - n * interval '1 second'
         FROM generate_series(1, 1200) AS n`,
      [id],
    );
    const { status, headers, document } = await exported(token);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-disposition']).toMatch(
      /^attachment; filename="account-[\da-f-]{36}\.json"$/,
    );
    expect(document.account).toMatchObject({ id, email, username, role: 'member' });
    expect(document.profile).toMatchObject({ displayName: 'Ada Lovelace', preferences: {} });
    expect(document.sessions).toHaveLength(1);
    const { rows } = await stores.database.query<{ id: string }>(
      'SELECT id FROM activity_events WHERE account_id = $1',
      [id],
    );
    expect(rows.length).toBeGreaterThanOrEqual(1201);
    expect(document.activity.map((event) => event.id).toSorted()).toEqual(
      rows.map((row) => row.id).toSorted(),
    );
    expect(document.content).toEqual({ posts, comments: [], likes: [], isComplete: true });
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/argon2|token_hash|tokenHash|password/i);
  });

  it('says what it lacks when content is away, and is whole otherwise', async () => {
    const { id, token } = await signedIn(app);
    const { status, document } = await exported(token);
    expect(status).toBe(200);
    expect(document.account).toMatchObject({ id });
    expect(document.content).toEqual({ posts: [], comments: [], likes: [], isComplete: false });
  });

  it('is for the person alone', async () => {
    expect((await call(app, 'GET', '/v1/accounts/me/export')).status).toBe(401);
    const { token, id } = await signedIn(app);
    await stores.database.query('DELETE FROM accounts WHERE id = $1', [id]);
    expect((await call(app, 'GET', '/v1/accounts/me/export', { token })).status).toBe(404);
  });
});

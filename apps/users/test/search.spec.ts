import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { change } from './profile-story.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

interface Found {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly highlights: Record<'username' | 'displayName' | 'bio', string | null>;
}

describe('searching for accounts', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let token: string;

  const ask = (query: Record<string, string>) =>
    call(app, 'GET', `/v1/accounts/search?${new URLSearchParams(query)}`, { token });
  const find = async (q: string, more: Record<string, string> = {}): Promise<Found[]> => {
    const { status, body } = await ask({ q, ...more });
    expect({ q, status, body }).toMatchObject({ status: 200 });
    return body.items as Found[];
  };
  const names = async (q: string) => (await find(q)).map(({ displayName }) => displayName);
  const join = async (username: string, displayName: string, bio?: string) => {
    const email = `${username.replaceAll('_', '.')}.of@mail.example.org`;
    const person = await signedIn(app, { ...newPerson(), username, email, displayName });
    if (bio !== undefined) await change(app, person.token, { bio });
    return person;
  };

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    ({ token } = await join('searcher', 'Somebody Else'));
    await join('ada_lovelace', 'Ada Lovelace', 'Runs engines, and was running far.');
    await join('adam77', 'Adam Smith');
    await join('zoe_a', 'Zoë Ångström', 'Malt große Häuser und Straßen in München.');
    await join('grace', 'Grace Hopper', 'Compilers <script>alert(1)</script> & ships');
    await join('mueller', 'Jürgen Müller');
    await join('tanaka', '田中 太郎');
    await join('under_score', 'Under Score');
    await join('underxscore', 'Under Xscore');
    // Enough others that the planner has something to choose from.
    await stores.database.query(`
      WITH made AS (
        INSERT INTO accounts (id, email, username, password_hash)
        SELECT gen_random_uuid(), 'n' || n || '@example.org', 'other' || left(md5(n::text), 20), '$argon2id$'
          FROM generate_series(1, 300) AS n RETURNING id, username)
      INSERT INTO profiles (account_id, display_name) SELECT id, 'Quentin ' || right(username, 6) FROM made`);
    await stores.database.query('VACUUM ANALYZE');
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it.each([
    ['a whole username', 'ada_lovelace', 'Ada Lovelace'],
    ['a name as it is written', 'Ada Lovelace', 'Ada Lovelace'],
    ['a name the other way round', 'lovelace ada', 'Ada Lovelace'],
    ['the beginning of a word', 'lovel', 'Ada Lovelace'],
    ['a word and the beginning of the next', 'ada lov', 'Ada Lovelace'],
    ['a part of a username', 'lace', 'Ada Lovelace'],
    ['other case', 'GRACE hOPPER', 'Grace Hopper'],
    ['no accents', 'zoe angstrom', 'Zoë Ångström'],
    ['other accents', 'Zöé', 'Zoë Ångström'],
    ['a letter too few', 'lovlace', 'Ada Lovelace'],
    ['a letter too many', 'lovellace', 'Ada Lovelace'],
    ['two letters in each other’s place', 'hoppre', 'Grace Hopper'],
    ['another form of an English word', 'engine run', 'Ada Lovelace'],
    ['another form of a German word', 'haus', 'Zoë Ångström'],
    ['a German word without its ß', 'strasse', 'Zoë Ångström'],
    ['a name that is written otherwise', 'muller', 'Jürgen Müller'],
    ['another script', '田中', '田中 太郎'],
    ['a word of the bio among words of the name', 'grace compilers', 'Grace Hopper'],
  ])('finds by %s', async (_what, q, displayName) => {
    expect((await names(q))[0]).toBe(displayName);
  });

  it.each([
    ['a', ['Ada Lovelace', 'Adam Smith']],
    ['ad', ['Ada Lovelace', 'Adam Smith']],
    ['Zö', ['Zoë Ångström']],
    ['田', ['田中 太郎']],
  ])('takes %j for how a name begins', async (q, expected) => {
    expect((await names(q)).toSorted()).toEqual(expected);
  });

  it('puts what is the very name before what begins so, and that before what is alike', async () => {
    await join('adam', 'Somebody');
    await join('adamant', 'Some Other');
    const found = (await find('adam')).map(({ username }) => username);
    expect(found[0]).toBe('adam');
    expect(found.indexOf('adam77')).toBeLessThan(found.indexOf('adamant') + 2);
    expect(found).toEqual(expect.arrayContaining(['adam', 'adam77', 'adamant']));
  });

  it('finds no other name by what means any character in a pattern', async () => {
    expect((await find('under_score')).map(({ username }) => username)[0]).toBe('under_score');
    const inside = (await find('der_score')).map(({ username }) => username);
    expect(inside).toContain('under_score');
    for (const q of ['%', '_', '%%%', '___', '\\', 'a%b', '.*']) {
      expect({ q, found: (await find(q)).length }).toEqual({ q, found: 0 });
    }
  });

  it('finds nothing for what nobody is called', async () => {
    expect(await find('xyzzyplugh')).toEqual([]);
  });

  it('follows a change of the name and of the bio at once', async () => {
    const person = await join('renamed', 'Before Words');
    expect(await names('before words')).toContain('Before Words');
    await change(app, person.token, { displayName: 'Nachher Wörter', bio: 'Kartoffelsalat' });
    expect(await names('before words')).not.toContain('Nachher Wörter');
    expect((await names('worter'))[0]).toBe('Nachher Wörter');
    expect(await names('kartoffelsalat')).toEqual(['Nachher Wörter']);
  });

  it('marks what was found, and leaves what people wrote without effect', async () => {
    const [grace] = await find('grace compiler');
    expect(grace?.highlights).toEqual({
      username: '<mark>grace</mark>',
      displayName: '<mark>Grace</mark> Hopper',
      bio: '<mark>Compilers</mark> &lt;script&gt;alert(1)&lt;/script&gt; &amp; ships',
    });
  });

  it('gives each account once over all pages, forward and back, the best first', async () => {
    const whole = (await find('quentin', { limit: '100' })).map(({ id }) => id);
    expect(new Set(whole).size).toBe(100);
    const seen: string[] = [];
    let { body } = await ask({ q: 'quentin', limit: '30' });
    for (let page = 0; page < 3; page += 1) {
      seen.push(...(body.items as Found[]).map(({ id }) => id));
      ({ body } = await ask({ q: 'quentin', limit: '30', cursor: String(body.nextCursor) }));
    }
    expect(seen).toEqual(whole.slice(0, 90));
    const back = await ask({ q: 'quentin', limit: '30', cursor: String(body.previousCursor) });
    expect((back.body.items as Found[]).map(({ id }) => id)).toEqual(whole.slice(60, 90));
  });

  it('takes a cursor of the same words alone', async () => {
    const { body } = await ask({ q: 'quentin', limit: '5' });
    const cursor = String(body.nextCursor);
    expect((await ask({ q: ' quentin ', limit: '7', cursor })).status).toBe(200);
    for (const q of ['quenti', 'grace', 'qu']) {
      const other = await ask({ q, cursor });
      expect([other.status, other.body.code]).toEqual([400, 'cursor_invalid']);
    }
    const list = await call(app, 'GET', `/v1/accounts?cursor=${cursor}`, { token });
    expect([list.status, list.body.code]).toEqual([400, 'cursor_invalid']);
  });

  it('tells nothing of e-mail addresses, and finds nobody by one', async () => {
    for (const q of ['mail.example.org', 'mail.example', '@mail', 'grace.of@mail.example.org']) {
      const { body } = await ask({ q });
      expect(JSON.stringify(body)).not.toContain('@mail');
      for (const { username } of body.items as Found[]) expect(username).toMatch(/^grace/);
    }
    const { body } = await ask({ q: 'ada' });
    expect(JSON.stringify(body)).not.toMatch(/email|@|argon2|password|preferences|metadata|role/);
  });

  it('is for who is signed in', async () => {
    const { status } = await call(app, 'GET', '/v1/accounts/search?q=ada');
    expect(status).toBe(401);
  });
});

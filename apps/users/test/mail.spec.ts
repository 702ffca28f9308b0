import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually, faultyProxy } from '@trilith/testing';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';

import { MailDelivery } from '../src/mail/mail-delivery.js';
import { MailServer } from './mail-server.js';
import { mailsIn, tokenIn } from './received-mail.js';
import { call, newPerson, openStores, startUsers, type Stores } from './users-app.js';

describe('mails', () => {
  let stores: Stores;
  const apps: NestFastifyApplication[] = [];

  /** A replica that sends what is asked for. */
  const start = async (more: Record<string, string> = {}) => {
    const app = await startUsers(stores, { MAIL_RETRY_AFTER: '10ms', ...more });
    apps.push(app);
    await app.startAllMicroservices();
    return app;
  };
  /** Somebody signs up, who is to be sent a mail by that. */
  const askForMail = async (app: NestFastifyApplication, person = newPerson()) => {
    const { status } = await call(app, 'POST', '/v1/accounts', { json: person });
    expect(status).toBe(201);
    return person;
  };
  const mailOf = async ({ email }: { email: string }) => {
    const { rows } = await stores.database.query<{ status: string; attempts: number }>(
      'SELECT status, attempts FROM mails WHERE recipient = $1',
      [email],
    );
    return rows[0];
  };
  const becomes = async (person: { email: string }, status: string) =>
    eventually(async () => expect(await mailOf(person)).toMatchObject({ status }));

  beforeEach(async () => {
    stores = await openStores();
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map(async (app) => app.close()));
    await stores.close();
  });

  it('are files where there is no server: one a mail, which nobody else may read', async () => {
    const person = await askForMail(await start());
    await becomes(person, 'sent');
    const [mail, ...more] = await mailsIn(stores.mailDirectory, person.email);
    expect(more).toEqual([]);
    expect(mail?.headers.get('subject')).toBe('Please confirm your e-mail address');
    expect(mail?.text).toContain(`Hello ${person.username},`);
    expect(mail?.html).toContain(`<p>Hello ${person.username},</p>`);
    const [file = '', ...others] = await readdir(stores.mailDirectory);
    expect(others).toEqual([]);
    expect((await stat(path.join(stores.mailDirectory, file))).mode & 0o077).toBe(0);
  });

  it('go to the server, once, to one recipient, from the sender that is configured', async () => {
    await using server = await MailServer.start();
    const app = await start({ SMTP_URL: server.url, MAIL_FROM: 'Äpfel <us@example.org>' });
    const person = await askForMail(app);
    await becomes(person, 'sent');
    expect(server.mails).toHaveLength(1);
    const [mail] = server.to(person.email);
    expect(mail?.envelope).toEqual([person.email]);
    expect(mail?.headers.get('to')).toBe(person.email);
    expect(mail?.headers.get('from')).toMatch(/^=\?UTF-8\?.*<us@example.org>$/);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.headers.get('message-id')).toMatch(/^<[\da-f-]{36}@trilith.invalid>$/);
    expect(mail?.html).toContain(tokenIn(server.mails[0] ?? fail()));
  });

  it('lead to the app, with the token where servers do not see it', async () => {
    await using server = await MailServer.start();
    const app = await start({ SMTP_URL: server.url, APP_URL: 'https://app.example.org/' });
    const person = await askForMail(app);
    await becomes(person, 'sent');
    const [mail] = server.mails;
    expect(mail?.text).toMatch(/^https:\/\/app\.example\.org\/verify-email#token=[\w-]{64}$/m);
    expect(mail?.html).toMatch(
      /<a href="https:\/\/app\.example\.org\/verify-email#token=[\w-]{64}">/,
    );
  });

  it('never hold what somebody else wrote: a display name, or a header in an address', async () => {
    await using server = await MailServer.start();
    const app = await start({ SMTP_URL: server.url });
    const spam = { ...newPerson(), displayName: 'Win at https://evil.example' };
    await askForMail(app, spam);
    await becomes(spam, 'sent');
    expect(JSON.stringify(server.mails)).not.toContain('evil.example');
    for (const email of [
      'a@b.org\r\nBcc: c@d.org',
      'a@b.org, c@d.org',
      '"a\r\nb"@c.org',
      '<a@b.org>',
    ]) {
      const json = { ...newPerson(), email };
      expect((await call(app, 'POST', '/v1/accounts', { json })).status).toBe(400);
    }
    expect(server.asked).toEqual([spam.email]);
  });

  it('leave neither an address nor a token in the outbox, in Redis or in the database', async () => {
    await using server = await MailServer.start();
    const person = await askForMail(await start({ SMTP_URL: server.url }));
    await becomes(person, 'sent');
    const token = tokenIn(server.mails[0] ?? fail());
    const { rows } = await stores.database.query(
      `SELECT to_jsonb(o) FROM outbox o UNION ALL SELECT to_jsonb(t) - 'email' FROM one_time_tokens t`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(3);
    const redis = createRedis({ url: stores.redisUrl, name: 'test' });
    await whenReady(redis, 30_000);
    const streams = await redis.keys(`${stores.prefix}:*events*`);
    const entries = await Promise.all(
      streams.map(async (key) =>
        (await redis.type(key)) === 'stream' ? redis.xrange(key, '-', '+') : [],
      ),
    );
    await closeRedis(redis);
    const kept = JSON.stringify([rows, entries]);
    expect(kept).toContain('mails.requested');
    expect(kept).not.toContain(person.email);
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(Buffer.from(token).toString('hex'));
  });

  it.each(['not now', 'silent'] as const)(
    'are tried again while the server says %s, and then sent',
    async (mood) => {
      await using server = await MailServer.start();
      const app = await start({ SMTP_URL: server.url, SMTP_TIMEOUT: '500ms' });
      server.mood = mood;
      const person = await askForMail(app);
      await eventually(async () => {
        expect((await mailOf(person))?.attempts).toBeGreaterThanOrEqual(2);
      });
      expect(await mailOf(person)).toMatchObject({ status: 'waiting' });
      server.mood = 'fine';
      await becomes(person, 'sent');
      expect(server.mails).toHaveLength(1);
    },
  );

  it('wait for a server that is down', async () => {
    await using server = await MailServer.start();
    await using network = await faultyProxy(server.url);
    const app = await start({ SMTP_URL: network.url, SMTP_TIMEOUT: '1s' });
    network.cut();
    const person = await askForMail(app);
    await eventually(async () => {
      expect((await mailOf(person))?.attempts).toBeGreaterThanOrEqual(2);
    });
    network.heal();
    await becomes(person, 'sent');
    expect(server.mails).toHaveLength(1);
  });

  it('that a server drips its answers to, byte by byte, end with their deadline', async () => {
    await using server = await MailServer.start();
    await using network = await faultyProxy(server.url);
    const app = await start({ SMTP_URL: network.url, SMTP_TIMEOUT: '300ms' });
    network.delay(200);
    const person = await askForMail(app);
    await eventually(async () => {
      expect((await mailOf(person))?.attempts).toBeGreaterThanOrEqual(2);
    });
    expect(server.mails).toEqual([]);
    await eventually(() => expect(network.connections).toBeLessThanOrEqual(1));
    network.heal();
    await becomes(person, 'sent');
  });

  it.each(['refuses', 'refuses text'] as const)(
    'are given up at once when the server %s for good',
    async (mood) => {
      await using server = await MailServer.start();
      server.mood = mood;
      const person = await askForMail(await start({ SMTP_URL: server.url }));
      await becomes(person, 'given_up');
      expect(await mailOf(person)).toMatchObject({ attempts: 1 });
    },
  );

  it('are given up when they were tried for long enough', async () => {
    await using server = await MailServer.start();
    server.mood = 'not now';
    const app = await start({ SMTP_URL: server.url, MAIL_GIVE_UP_AFTER: '300ms' });
    await becomes(await askForMail(app), 'given_up');
  });

  it('do not keep other events waiting, however many the server is silent about', async () => {
    await using server = await MailServer.start();
    server.mood = 'silent';
    const app = await start({ SMTP_URL: server.url, SMTP_TIMEOUT: '25s' });
    const people = await Promise.all(Array.from({ length: 80 }, async () => askForMail(app)));
    await eventually(() => expect(server.asked).toHaveLength(8));
    const last = await askForMail(app);
    await eventually(async () => {
      const { rowCount } = await stores.database.query(
        `SELECT FROM activity_events JOIN accounts ON accounts.id = account_id WHERE email = $1`,
        [last.email],
      );
      expect(rowCount).toBe(1);
    });
    expect(server.asked).toHaveLength(8);
    server.mood = 'fine';
    expect(people).toHaveLength(80);
  });

  it('that are sent again after a crash are the same mail, with the same token', async () => {
    await using server = await MailServer.start();
    const app = await start({ SMTP_URL: server.url });
    const person = await askForMail(app);
    await becomes(person, 'sent');
    // As if the process had died between the server's answer and the note of it.
    const { rows } = await stores.database.query<{ id: string }>(
      `UPDATE mails SET status = 'waiting', settled_at = NULL, claimed_until = NULL RETURNING id`,
    );
    await app.get(MailDelivery).deliver(rows[0]?.id ?? '');
    const [first, second] = server.mails;
    expect(second?.headers.get('message-id')).toBe(first?.headers.get('message-id'));
    expect(tokenIn(second ?? fail())).toBe(tokenIn(first ?? fail()));
  });

  it('whose token was used are not sent again, nor is it good again', async () => {
    await using server = await MailServer.start();
    const app = await start({ SMTP_URL: server.url });
    const person = await askForMail(app);
    await becomes(person, 'sent');
    const json = { token: tokenIn(server.mails[0] ?? fail()) };
    const confirm = async () => call(app, 'POST', '/v1/accounts/email-confirmations', { json });
    expect((await confirm()).status).toBe(204);
    const { rows } = await stores.database.query<{ id: string }>(
      `UPDATE mails SET status = 'waiting', settled_at = NULL, claimed_until = NULL RETURNING id`,
    );
    await app.get(MailDelivery).deliver(rows[0]?.id ?? '');
    expect(await mailOf(person)).toMatchObject({ status: 'dropped' });
    expect(server.mails).toHaveLength(1);
    expect((await confirm()).status).toBe(400);
  });

  it('that a process died over are tried by the next, once its claim is over', async () => {
    await using server = await MailServer.start();
    const app = await startUsers(stores, { SMTP_URL: server.url });
    apps.push(app);
    const person = await askForMail(app);
    await stores.database.query(
      `UPDATE mails SET attempts = 1, claimed_until = now() + interval '1 second'`,
    );
    await app.startAllMicroservices();
    await eventually(async () => {
      const { rowCount } = await stores.database.query(
        `SELECT FROM outbox WHERE topic = 'mails.requested' AND deliver_at IS NOT NULL`,
      );
      expect(rowCount).toBe(1);
    });
    expect(server.mails).toEqual([]);
    await becomes(person, 'sent');
    expect(server.mails).toHaveLength(1);
  });

  it('are sent once by two replicas, whoever is asked how often', async () => {
    await using server = await MailServer.start();
    const [app] = [await start({ SMTP_URL: server.url }), await start({ SMTP_URL: server.url })];
    const people = await Promise.all(Array.from({ length: 30 }, async () => askForMail(app)));
    await Promise.all(people.map(async (person) => becomes(person, 'sent')));
    const { rows } = await stores.database.query<{ id: string }>('SELECT id FROM mails');
    await Promise.all(
      rows.flatMap(({ id }) => apps.map(async (each) => each.get(MailDelivery).deliver(id))),
    );
    expect(server.mails).toHaveLength(30);
  });
});

function fail(): never {
  throw new Error('there is no mail');
}

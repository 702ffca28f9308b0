import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { Inbox, InboxModule, type InboxModuleOptions } from '../../src/index.js';
import type { Backend } from '../outbox/backend.js';
import { postgresBackend } from '../outbox/postgres-backend.js';

describe('InboxModule', () => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await postgresBackend.open();
  });
  afterAll(async () => {
    await backend.close();
  });

  async function start(options: Omit<InboxModuleOptions, 'inbox'>) {
    @Module({ imports: [InboxModule.forRoot({ inbox: backend.inbox, ...options })] })
    class App {}
    return NestFactory.createApplicationContext(App, { logger: false });
  }

  const isRepeat = async (inbox: Inbox, id: string) =>
    (await inbox.once(id, async () => undefined)).repeated;

  it('gives the inbox to the application', async () => {
    const app = await start({});
    const id = uuidv7();
    expect(await isRepeat(app.get(Inbox), id)).toBe(false);
    expect(await isRepeat(app.get(Inbox), id)).toBe(true);
    await app.close();
  });

  it('forgets what was handled before the retention time, and nothing later', async () => {
    const old = uuidv7();
    await isRepeat(backend.inbox, old);
    const keeping = await start({ cleanUpEveryMs: 1, retentionMs: 3_600_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await keeping.close();
    expect(await isRepeat(backend.inbox, old)).toBe(true);

    const forgetting = await start({ cleanUpEveryMs: 1, retentionMs: 0 });
    await eventually(async () => expect(await isRepeat(backend.inbox, old)).toBe(false));
    await forgetting.close();
  });

  it('forgets no more than it is told to at once', async () => {
    await backend.inbox.forget({ olderThanMs: -60_000, limit: 1_000 });
    for (let n = 0; n < 3; n += 1) await isRepeat(backend.inbox, uuidv7());
    // A minute from now, all of them are old.
    const forget = async () => backend.inbox.forget({ olderThanMs: -60_000, limit: 2 });
    expect([await forget(), await forget(), await forget()]).toEqual([2, 1, 0]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountLocked, accountUnlocked, type PayloadOf } from '@trilith/contracts';
import { eventually } from '@trilith/testing';

import { AuthorsService } from '../src/authors/authors.service.js';
import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';
import { account, UsersStandIn } from './support/users-stand-in.js';

interface Problem {
  code: string;
  facts: object;
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const DRAFT = { title: 'A title', content: 'Some text' };

describe('an author whose account is locked', () => {
  let platform: Platform;
  let content: Replica;
  let users: UsersStandIn;
  let authors: AuthorsService;

  beforeAll(async () => {
    platform = await Platform.start();
    content = await platform.replica();
    users = await UsersStandIn.start(platform.redis);
    authors = content.app.get(AuthorsService);
  });
  afterAll(async () => {
    await users[Symbol.asyncDispose]();
    await platform[Symbol.asyncDispose]();
  });

  const lockOf = (
    { accountId }: Person,
    changes: Partial<PayloadOf<typeof accountLocked>> = {},
  ): PayloadOf<typeof accountLocked> => ({
    ...account(accountId),
    reason: 'guessing',
    lockedUntil: inAnHour(),
    failedLoginAttempts: 10,
    securityVersion: 2,
    lockedAt: new Date().toISOString(),
    ...changes,
  });
  const unlockOf = ({ accountId }: Person, securityVersion: number) => ({
    ...account(accountId),
    securityVersion,
  });
  const write = (person: Person) => content.post<Problem>('/v1/posts', { as: person, body: DRAFT });
  const isLocked = async ({ accountId }: Person) =>
    authors.requireUnlocked(accountId).then(
      () => false,
      () => true,
    );

  it('should write nothing, go on reading, and be told until when', async () => {
    const [author, other] = [await platform.issuer.person(), await platform.issuer.person()];
    const { id } = await content.published(other);
    const { body: draft } = await content.post<{ id: string }>('/v1/posts', {
      as: author,
      body: DRAFT,
    });
    const lock = lockOf(author);
    await users.told(accountLocked, lock);
    await eventually(async () => expect(await isLocked(author)).toBe(true));

    const refused = await Promise.all([
      write(author),
      content.post<Problem>(`/v1/posts/${draft.id}/publish`, { as: author }),
      content.post<Problem>(`/v1/posts/${id}/comments`, { as: author, body: { text: 'Hello' } }),
      content.post<Problem>(`/v1/posts/${id}/likes`, { as: author }),
    ]);

    for (const { status, body } of refused) {
      expect({ status, code: body.code, facts: body.facts }).toEqual({
        status: 403,
        code: 'account_locked',
        facts: { lockedUntil: lock.lockedUntil },
      });
    }
    expect((await content.get(`/v1/posts/${id}`, author.headers)).status).toBe(200);
    expect((await write(other)).status).toBe(201);
  });

  it('should write again when users tell that the lock has ended', async () => {
    const author = await platform.issuer.person();
    await users.told(accountLocked, lockOf(author, { reason: 'admin', lockedUntil: null }));
    await eventually(async () => expect(await isLocked(author)).toBe(true));
    await users.told(accountUnlocked, unlockOf(author, 3));
    await eventually(async () => expect(await isLocked(author)).toBe(false));

    expect((await write(author)).status).toBe(201);
  });

  it('should write again when the time of the lock is over, though nobody tells', async () => {
    const author = await platform.issuer.person();
    await authors.lock(lockOf(author, { lockedUntil: new Date(Date.now() - 1).toISOString() }));

    expect((await write(author)).status).toBe(201);
  });

  it('should be known by name even if the lock is the first that is heard of the account', async () => {
    const author = await platform.issuer.person();
    await authors.lock(lockOf(author, { displayName: 'Ada', username: 'ada' }));

    const known = await authors.find([author.accountId]);
    expect(known.get(author.accountId)).toMatchObject({ displayName: 'Ada', username: 'ada' });
    expect(await isLocked(author)).toBe(true);
  });

  it('should stay as the newest state says, in whatever order and however often events come', async () => {
    const author = await platform.issuer.person();
    const [first, second] = [lockOf(author), lockOf(author, { securityVersion: 4 })];
    const steps: [() => Promise<void>, boolean][] = [
      [() => authors.lock(first), true],
      [() => authors.lock(first), true],
      [() => authors.unlock(unlockOf(author, 1)), true],
      // This lock has ended by itself.
      [() => authors.unlock(unlockOf(author, 2)), false],
      [() => authors.lock(first), false],
      [() => authors.lock(second), true],
      [() => authors.unlock(unlockOf(author, 3)), true],
      [() => authors.unlock(unlockOf(author, 5)), false],
      [() => authors.lock(second), false],
    ];
    for (const [step, expected] of steps) {
      await step();
      expect(await isLocked(author)).toBe(expected);
    }
  });

  it('should stay locked when a newer name of the account comes', async () => {
    const author = await platform.issuer.person();
    await authors.lock(lockOf(author));
    await authors.keep(account(author.accountId, { version: 9 }));

    expect(await isLocked(author)).toBe(true);
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';

import { PasswordQueueFullError } from './credentials.errors.js';
import { PasswordHasher } from './password-hasher.js';

describe('PasswordHasher', () => {
  let passwords: PasswordHasher;

  beforeAll(async () => {
    passwords = await PasswordHasher.create({ concurrency: 2, maxWaiting: 10 });
  });

  it('makes argon2id hashes of 19 MiB, 2 passes and 1 lane, each with a salt of its own', async () => {
    const first = await passwords.hash('correct horse');
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.hash('correct horse')).not.toBe(first);
  });

  it('knows a password from another', async () => {
    const stored = await passwords.hash('correct horse');
    expect(await passwords.verify(stored, 'correct horse')).toBe(true);
    expect(await passwords.verify(stored, 'correct horsf')).toBe(false);
    expect(await passwords.verify(stored, '')).toBe(false);
  });

  it('takes the two Unicode spellings of one password for the same', async () => {
    const stored = await passwords.hash('caf\u00e9 au lait');
    expect(await passwords.verify(stored, 'cafe\u0301 au lait')).toBe(true);
  });

  it('looks at all of a long password', async () => {
    const long = 'x'.repeat(127);
    const stored = await passwords.hash(`${long}a`);
    expect(await passwords.verify(stored, `${long}b`)).toBe(false);
  });

  it('has a decoy that costs as much as a real hash and matches nothing', async () => {
    expect(passwords.decoy).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(passwords.decoy, '')).toBe(false);
    expect(await passwords.verify(passwords.decoy, 'correct horse')).toBe(false);
  });

  it.each([
    ['less memory', { memoryCost: 12 * 1024, timeCost: 3, parallelism: 1 }, true],
    ['fewer passes', { memoryCost: 64 * 1024, timeCost: 1, parallelism: 1 }, true],
    ['the policy itself', { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }, false],
    ['stronger parameters', { memoryCost: 20 * 1024, timeCost: 3, parallelism: 2 }, false],
  ])('says of a hash with %s whether it is outdated', async (_title, parameters, outdated) => {
    expect(passwords.isOutdated(await hash('correct horse', parameters))).toBe(outdated);
  });

  it('refuses a flood instead of piling it up, and works on afterwards', async () => {
    const narrow = await PasswordHasher.create({ concurrency: 1, maxWaiting: 2 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => narrow.hash('correct horse')),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ reason: expect.any(PasswordQueueFullError) });
    }
    expect(await narrow.verify(await narrow.hash('again and again'), 'again and again')).toBe(true);
  });
});

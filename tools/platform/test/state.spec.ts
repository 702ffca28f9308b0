import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { devProfile, type Profile } from '../../stores/profile.ts';
import { PlatformClaim, runningPlatform } from '../state.ts';

describe('the claim to be the platform of a clone', () => {
  let workspace: string;
  let profile: Profile;
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
    profile = devProfile(workspace);
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('is refused to a second one, which is told whose it is', () => {
    const claim = new PlatformClaim(profile);
    expect(() => new PlatformClaim(profile)).toThrow(`running already, as process ${process.pid}.`);
    claim.release();
    new PlatformClaim(profile).release();
  });

  it('lets others find the addresses for as long as it is held', () => {
    const addresses = { users: 'http://a', content: 'http://b', analytics: 'http://c' };
    const claim = new PlatformClaim(profile);
    expect(runningPlatform(profile)).not.toHaveProperty('addresses');
    claim.announce({ addresses });
    expect(runningPlatform(profile)).toMatchObject({ pid: process.pid, addresses });
    claim.release();
    expect(runningPlatform(profile)).toBeUndefined();
  });

  it('of a process that was killed counts for nothing', () => {
    new PlatformClaim(profile).release();
    const left = { pid: process.pid, startedAt: 'long ago', addresses: {} };
    writeFileSync(path.join(workspace, '.data/platform.json'), JSON.stringify(left));
    expect(runningPlatform(profile)).toBeUndefined();
    new PlatformClaim(profile).release();
  });
});

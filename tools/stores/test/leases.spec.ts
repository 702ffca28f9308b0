import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { storesStatus, stopStores } from '../client.ts';
import { identify, isRunning } from '../processes/identity.ts';
import { probeRedis } from '../redis/probe.ts';
import { supervisorPaths } from '../supervisor/paths.ts';
import { Sandbox } from './holders.ts';

async function gone(pid = 0): Promise<void> {
  while (identify(pid)) await sleep(50);
}

describe('throw-away stores', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox({ lasting: false });
  });
  afterEach(() => sandbox.close());

  it('are shared by those who hold them, and stop with the last one', async () => {
    const [one, other] = [sandbox.hold(['redis']), sandbox.hold(['redis'])];
    const report = await one.report('redis');
    expect(await other.report('redis')).toEqual(report);

    await one.release();
    await expect(probeRedis(report.url)).resolves.toMatchObject({ version: report.version });

    await other.release();
    await expect(probeRedis(report.url)).rejects.toThrow('Connection is closed');
    expect(identify(report.pid ?? 0)).toBeUndefined();
    expect(await storesStatus(sandbox.profile)).toBeUndefined();
  });

  it('start only when someone asks for them', async () => {
    const keeper = sandbox.hold([]);
    await keeper.first;
    expect((await storesStatus(sandbox.profile))?.stores).toEqual([]);

    const user = sandbox.hold(['redis']);
    const { url } = await user.report('redis');
    await user.release();
    // The keeper asked for none, but keeps what others have asked for.
    await expect(probeRedis(url)).resolves.toBeDefined();
    await keeper.release();
    await expect(probeRedis(url)).rejects.toThrow('Connection is closed');
  });

  it('stop when their only holder is killed', async () => {
    const holder = sandbox.hold(['redis']);
    const { pid } = await holder.report('redis');
    await holder.kill();
    await gone(pid);
    expect(await storesStatus(sandbox.profile)).toBeUndefined();
  });

  it('outlive no one when their supervisor is killed: the holder is told and stops them', async () => {
    const holder = sandbox.hold(['redis']);
    const { pid = 0 } = await holder.report('redis');
    const status = await storesStatus(sandbox.profile);
    process.kill(status?.pid ?? 0, 'SIGKILL');
    expect((await holder.next()).lost).toMatch(/supervisor ended/);
    expect(identify(pid)).toBeDefined();
    await holder.release();
    expect(identify(pid)).toBeUndefined();
  });

  it('of a killed supervisor are stopped before others start', async () => {
    const killed = sandbox.hold(['redis']);
    const old = await killed.report('redis');
    const status = await storesStatus(sandbox.profile);
    process.kill(status?.pid ?? 0, 'SIGKILL');
    await killed.kill();

    const next = sandbox.hold(['redis']);
    const report = await next.report('redis');
    expect(report.pid).not.toBe(old.pid);
    expect(identify(old.pid ?? 0)).toBeUndefined();
    expect(existsSync(status?.dataFolder ?? '')).toBe(false);
    await next.release();
  });

  it('start again on the same port when a server ends by itself', async () => {
    const holder = sandbox.hold(['redis']);
    const { pid = 0, url } = await holder.report('redis');
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    const again = sandbox.hold(['redis']);
    const report = await again.report('redis');
    expect(report.pid).not.toBe(pid);
    expect(report.url).toBe(url);
    await Promise.all([holder.release(), again.release()]);
  });

  it('leave alone a process that was given the number of one of theirs', async () => {
    const stranger = identify(process.pid);
    const { ledger } = supervisorPaths(sandbox.profile);
    const holder = sandbox.hold(['redis']);
    await holder.first;
    await holder.release();
    const entry = {
      pid: process.pid,
      startedAt: 'long ago',
      label: 'redis',
      stopSignal: 'SIGKILL',
    };
    writeFileSync(ledger, JSON.stringify([entry]));
    await stopStores(sandbox.profile, { force: true });
    expect(stranger && isRunning(stranger)).toBe(true);
    expect(JSON.parse(readFileSync(ledger, 'utf8'))).toEqual([]);
  });

  it('are not stopped for others while someone holds them, unless by force', async () => {
    const holder = sandbox.hold(['redis']);
    await holder.first;
    const outcome = await stopStores(sandbox.profile, { force: false });
    expect(outcome).toMatchObject({
      kind: 'held',
      holders: [expect.stringMatching(/^holder \d+$/)],
    });
    expect(await stopStores(sandbox.profile, { force: true })).toEqual({ kind: 'stopped' });
    expect((await holder.next()).lost).toMatch(/someone stopped the stores/);
    await holder.kill();
  });

  it('that the environment names are taken as they are', async () => {
    const server = sandbox.hold(['redis']);
    const { url } = await server.report('redis');
    const user = sandbox.hold(['redis'], { REDIS_URL: url });
    expect(await user.report('redis')).toMatchObject({ how: 'REDIS_URL', url });
    expect((await storesStatus(sandbox.profile))?.holders).toHaveLength(1);
    await user.release();
    await server.release();
  });

  it('that the environment names but that do not answer are refused in one line', async () => {
    const { error } = await sandbox.hold(['redis'], { REDIS_URL: 'redis://:secret@127.0.0.1:1/0' })
      .first;
    expect(error).toMatch(/^REDIS_URL names 127\.0\.0\.1:1\/0, which does not answer: .+$/);
    expect(error).not.toContain('secret');
  });

  it('that the environment names by no URL of theirs are refused in one line', async () => {
    const { error } = await sandbox.hold(['redis'], { REDIS_URL: 'secret' }).first;
    expect(error).toBe('REDIS_URL takes a URL that starts with redis:// or rediss://');
  });

  it('that cannot start show the end of their log', async () => {
    const folder = path.join(sandbox.workspace, 'bin');
    mkdirSync(folder);
    const script =
      '#!/bin/sh\n[ "$1" = --version ] && echo "v=7.2.0" && exit\necho "no memory left"\nexit 3\n';
    writeFileSync(path.join(folder, 'redis-server'), script, { mode: 0o755 });
    const PATH = `${folder}:${process.env['PATH']}`;
    const { error } = await sandbox.hold(['redis'], { PATH }).first;
    expect(error).toMatch(
      /^Redis ended \(exit code 3\) while starting\. Its log .+ ends:\n\s+no memory left\n.*set REDIS_URL\.$/,
    );
    expect(await storesStatus(sandbox.profile)).toBeUndefined();
  });
});

describe('lasting stores', () => {
  let sandbox: Sandbox;
  let taken: Server | undefined;
  beforeEach(() => {
    sandbox = new Sandbox({ lasting: true });
  });
  afterEach(async () => {
    taken?.close();
    await sandbox.close();
  });

  it('keep their data and their port', async () => {
    const first = sandbox.hold(['redis']);
    const { url } = await first.report('redis');
    await first.release();
    const second = sandbox.hold(['redis']);
    expect((await second.report('redis')).url).toBe(url);
    expect(existsSync(path.join(sandbox.workspace, '.data/redis/appendonlydir'))).toBe(true);
    await second.release();
  });

  it('move to another port when theirs is taken, and stay there', async () => {
    const first = sandbox.hold(['redis']);
    const before = new URL((await first.report('redis')).url);
    await first.release();
    taken = createServer().listen(Number(before.port), '127.0.0.1');

    const second = sandbox.hold(['redis']);
    const moved = new URL((await second.report('redis')).url);
    expect(moved.port).not.toBe(before.port);
    await second.release();
    taken.close();

    const third = sandbox.hold(['redis']);
    expect((await third.report('redis')).url).toBe(moved.href);
    await third.release();
  });
});

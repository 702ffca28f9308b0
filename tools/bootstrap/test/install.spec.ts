import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isInstalled } from '../install.mjs';
import { withInstallLock } from '../install-lock.mjs';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
});
afterEach(() => rmSync(workspace, { recursive: true }));

describe('whether packages are installed', () => {
  const wanted = {
    '': { name: 'trilith' },
    'libs/locks': { name: '@trilith/locks', version: '0.1.0' },
    'node_modules/@trilith/locks': { link: true },
    'node_modules/zod': { version: '4.0.0' },
    'node_modules/for-another-system': { version: '1.0.0', optional: true },
  };
  const installed: Record<string, object> = {
    'node_modules/@trilith/locks': { link: true },
    'node_modules/zod': { version: '4.0.0' },
  };

  function write(file: string, packages: object): void {
    const target = path.join(workspace, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, JSON.stringify({ packages }));
  }

  it.each([
    ['all are there', installed, true],
    ['nothing is there', undefined, false],
    ['a version differs', { ...installed, 'node_modules/zod': { version: '3.9.0' } }, false],
    ['one is missing', { 'node_modules/@trilith/locks': { link: true } }, false],
    ['a workspace is not linked', { 'node_modules/zod': { version: '4.0.0' } }, false],
  ])('is seen when %s', (_case, packages, expected) => {
    write('package-lock.json', wanted);
    if (packages) write('node_modules/.package-lock.json', packages);
    expect(isInstalled(workspace)).toBe(expected);
  });
});

describe('the lock around an installation', () => {
  const lock = () => path.join(workspace, '.cache/install.lock');

  it('lets one install while the others wait', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withInstallLock(lock(), work)));
    expect(most).toBe(1);
    expect(readdirSync(path.dirname(lock()))).toEqual([]);
  });

  it('is broken when all who held it have ended, and not while one goes on', async () => {
    const npm = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(dead, 'exit');
    mkdirSync(lock(), { recursive: true });
    for (const { pid } of [npm, dead]) writeFileSync(path.join(lock(), String(pid)), '');

    let got = false;
    const waiting = withInstallLock(lock(), () => {
      got = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(got).toBe(false);
    npm.kill('SIGKILL');
    await waiting;
    expect(got).toBe(true);
  });
});

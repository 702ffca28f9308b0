import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { holdDockerStores } from '../docker.ts';
import { Sandbox } from './holders.ts';

describe('stores from docker/compose.yml', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox({ lasting: false });
  });
  afterEach(() => sandbox.close());

  /** A docker that notes what it is asked for, and says that every port is `address`. */
  function docker(script: string): NodeJS.ProcessEnv {
    const folder = path.join(sandbox.workspace, 'bin');
    mkdirSync(folder);
    const text = `#!/bin/sh\necho "$@" >> "${folder}/asked"\nenv > "${folder}/env"\n${script}\n`;
    writeFileSync(path.join(folder, 'docker'), text, { mode: 0o755 });
    return { PATH: `${folder}:${process.env['PATH']}` };
  }
  const noted = (file: string) => readFileSync(path.join(sandbox.workspace, 'bin', file), 'utf8');

  it('are started, found at their published ports, and stopped when released', async () => {
    const server = sandbox.hold(['redis']);
    const { url } = await server.report('redis');
    const env = docker(`case "$*" in *" port "*) echo "${new URL(url).host}";; esac`);

    const held = await holdDockerStores({ profile: sandbox.profile, stores: ['redis'], env });
    expect(held.env).toEqual({ REDIS_URL: url });
    expect(held.reports).toMatchObject([{ store: 'redis', how: 'docker/compose.yml', url }]);
    await held.release();
    await server.release();

    const asked = noted('asked').trim().split('\n');
    expect(asked).toEqual([
      expect.stringMatching(/^compose .*docker\/compose\.yml up --detach --wait state$/),
      expect.stringMatching(/ port state 6379$/),
      expect.stringMatching(/ stop state$/),
    ]);
  });

  it('get the secrets that the file asks for, made once and kept from others', async () => {
    const env = docker('exit 1');
    const attempt = () => holdDockerStores({ profile: sandbox.profile, stores: ['redis'], env });
    const passwordGiven = () => /^POSTGRES_PASSWORD=(.{32})$/m.exec(noted('env'))?.[1];
    await expect(attempt()).rejects.toThrow('"docker compose up" failed');
    const first = passwordGiven();
    await expect(attempt()).rejects.toThrow('"docker compose up" failed');
    expect(first).toBeDefined();
    expect(passwordGiven()).toBe(first);
    const { mode } = statSync(path.join(sandbox.workspace, '.data/docker.json'));
    expect(mode & 0o077).toBe(0);
  });

  it('say in one line that docker is missing', async () => {
    const hold = holdDockerStores({
      profile: sandbox.profile,
      stores: ['redis'],
      env: { PATH: sandbox.workspace },
    });
    await expect(hold).rejects.toThrow(
      /^"--stores docker" needs docker, which is not installed\.$/,
    );
  });
});

import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Container } from './container.ts';
import { parseDockerfile } from './dockerfile.ts';
import { Rehearsal } from './rehearsal.ts';

describe('Rehearsal', () => {
  let folder: string;
  let steps: string[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'rehearsal-'));
    mkdirSync(path.join(folder, 'context/src/node_modules'), { recursive: true });
    writeFileSync(path.join(folder, 'context/.dockerignore'), '**/node_modules\nsecret\n');
    writeFileSync(path.join(folder, 'context/secret'), '');
    writeFileSync(path.join(folder, 'context/src/main.js'), 'console.log(process.env.GREETING)');
    writeFileSync(path.join(folder, 'context/src/node_modules/package'), '');
    steps = [];
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function rehearse(...lines: string[]): Rehearsal {
    return new Rehearsal({
      dockerfile: parseDockerfile(lines.join('\n')),
      context: path.join(folder, 'context'),
      scratch: path.join(folder, 'scratch'),
      onStep: (command) => steps.push(command),
    });
  }

  it('should copy, run and start what the stages say', async () => {
    const rehearsal = rehearse(
      'FROM node AS build',
      'WORKDIR /srv',
      'COPY src ./src',
      'RUN --mount=type=cache,target=/cache cp -r src compiled',
      'FROM node AS final',
      'ARG APP',
      'WORKDIR /srv/${APP}',
      'COPY --from=build /srv/compiled ./dist',
      'ENV GREETING=hello',
      'RUN echo "$APP" > name',
      'CMD ["node", "dist/main.js"]',
    );
    const stage = await rehearsal.build('final', { APP: 'users' });

    expect(stage.workdir).toBe('/srv/users');
    expect(readFileSync(path.join(stage.root, 'srv/users/name'), 'utf8')).toBe('users\n');
    expect(await new Container(stage).run()).toEqual({ exitCode: 0, output: 'hello' });
    expect(await new Container(stage, { GREETING: 'hi' }).run()).toMatchObject({ output: 'hi' });
  });

  it('should build anew only what depends on the arguments', async () => {
    const rehearsal = rehearse(
      'FROM node AS shared',
      'RUN true shared',
      'FROM shared AS final',
      'ARG APP',
      'RUN true ${APP}',
    );
    await rehearsal.build('final', { APP: 'users' });
    await rehearsal.build('final', { APP: 'content' });

    expect(steps).toEqual(['true shared', 'true users', 'true content']);
  });

  it('should leave out what .dockerignore names', async () => {
    const stage = await rehearse('FROM node AS final', 'COPY . .').build('final');

    const files = readdirSync(stage.root, { recursive: true, encoding: 'utf8' });
    expect(new Set(files)).toEqual(new Set(['.dockerignore', 'src', 'src/main.js']));
  });

  it('should fail with a command that fails', async () => {
    const rehearsal = rehearse('FROM node AS final', 'RUN echo broken && exit 3');

    await expect(rehearsal.build('final')).rejects.toThrow(/exit code 3[^]*broken/);
  });

  it('should not let a command reach out of its folder', async () => {
    const rehearsal = rehearse('FROM node AS final', 'RUN rm -rf /tmp');

    await expect(rehearsal.build('final')).rejects.toThrow('absolute path');
    expect(steps).toEqual([]);
  });
});

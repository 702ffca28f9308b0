import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';

import { expand, parseAssignments, parseDockerfile } from './dockerfile.ts';

interface ComposeService {
  image?: string;
  build?: { target: string; args?: { APP: string } };
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: unknown;
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  restart?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  cpus?: number;
  stop_grace_period?: string;
}

const workspace = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(workspace, file), 'utf8');
const text = read('docker/compose.yml');
const { services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> };

const SERVICES = ['users', 'content', 'analytics'];
const service = (name: string): ComposeService => services[name] ?? {};
const example = parseAssignments(read('.env.example').replaceAll(/^#.*$/gm, ''));

/** What the container of a service gets, with secrets as somebody would fill them in. */
function environmentOf(name: string): Record<string, string> {
  const secrets = Object.fromEntries(Object.keys(example).map((key) => [key, 'x'.repeat(64)]));
  const given = Object.entries(service(name).environment ?? {}).map(([key, value]) => [
    key,
    expand(value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, '${$1}'), secrets),
  ]);
  return Object.fromEntries(given);
}

/** Starts a service from its sources, to see what it says of its environment. */
async function start(name: string, env: Record<string, string>) {
  const loader = path.join(workspace, 'tools/jest/typescript-child.mjs');
  const main = path.join(workspace, 'apps', name, 'src/main.ts');
  return execa(process.execPath, ['--import', loader, main], {
    env: { PATH: process.env['PATH'], ...env },
    extendEnv: false,
    reject: false,
    all: true,
  });
}

describe('docker/compose.yml', () => {
  it('should ask for each secret, and .env.example should name it', () => {
    const asked = [...text.matchAll(/\$\{(\w+)(:\?[^}]*)?\}/g)];

    expect(new Set(asked.map(([, name]) => name))).toEqual(new Set(Object.keys(example)));
    for (const [, name, mistake] of asked)
      expect([name, mistake]).toEqual([name, expect.anything()]);
  });

  it.each(SERVICES)('should give %s each variable that it requires', async (name) => {
    const { exitCode, all } = await start(name, {});
    const required = [...all.matchAll(/(\w+): got nothing/g)].map(([, variable]) => variable);

    expect(exitCode).not.toBe(0);
    expect(required).not.toHaveLength(0);
    expect(Object.keys(environmentOf(name))).toEqual(expect.arrayContaining(required));
  });

  it.each(SERVICES)('should give %s nothing that it refuses', async (name) => {
    const { exitCode, all } = await start(name, {
      ...environmentOf(name),
      HOST: '127.0.0.1',
      START_TIMEOUT: '1s',
    });

    // It gets as far as its stores, which have names that only containers know.
    expect(exitCode).not.toBe(0);
    expect(all).toMatch(/(postgres:5432|mongodb:27017|state:6379)/);
    expect(all).not.toMatch(/; takes /);
  });

  it.each(SERVICES)('should listen where the image says for %s', (name) => {
    const { stages } = parseDockerfile(read('docker/Dockerfile'));
    const image = stages.find((stage) => stage.name === 'service')?.instructions ?? [];
    const exposed = image.find(({ keyword }) => keyword === 'EXPOSE')?.text;

    expect(service(name).build).toMatchObject({ target: 'service', args: { APP: name } });
    expect(service(name).environment?.['PORT'] ?? exposed).toBe(exposed);
  });

  it.each(SERVICES)('should confine %s and give it time to stop', (name) => {
    expect(service(name)).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      mem_limit: expect.any(String),
      cpus: expect.any(Number),
    });
    // A service takes up to 10 s by itself.
    expect(Number.parseInt(service(name).stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(12);
  });

  it('should start services when their stores are there and migrated', () => {
    const conditions = (name: string) =>
      Object.entries(service(name).depends_on ?? {}).map(([on, { condition }]) => [on, condition]);

    expect(conditions('migrate')).toEqual([
      ['postgres', 'service_healthy'],
      ['mongodb', 'service_healthy'],
    ]);
    for (const name of ['users', 'content']) {
      expect(conditions(name)).toContainEqual(['migrate', 'service_completed_successfully']);
    }
    for (const name of SERVICES) {
      expect(conditions(name)).toContainEqual(['state', 'service_healthy']);
      // No service needs another one to be up.
      expect(conditions(name).some(([on]) => SERVICES.includes(on ?? ''))).toBe(false);
    }
  });

  it.each(['postgres', 'mongodb', 'state', 'cache', 'mail', 'proxy'])(
    'should pin %s, look after its health and publish it to this machine alone',
    (name) => {
      const { image, healthcheck, ports = [] } = service(name);

      expect(image).toMatch(/:v?\d+\.\d+(-alpine)?$/);
      expect(healthcheck).toBeDefined();
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    },
  );

  it('should keep state through a restart and evict none of it; the cache evicts', () => {
    const options = (name: string) => service(name).command?.join(' ');

    expect(options('state')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
    expect(options('cache')).toMatch(/--appendonly no .*--maxmemory-policy allkeys-lru/);
  });
});

import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';

import type { KeptServer, KeptServers } from './kept-servers.js';

const host = '127.0.0.1';
const attempts = 3;
const readyWithinMs = 60_000;
const common = ['bind 127.0.0.1', 'protected-mode no'];
const data = ['save ""', 'appendonly yes', 'appendfsync no', 'repl-diskless-sync-delay 0'];

/** What kind of server to run. */
export interface RedisProcessOptions {
  /** Lines of its file of settings, for a port and a second one for a cluster's bus. */
  readonly settings: (port: number, busPort: number) => readonly string[];
  readonly isSentinel?: boolean;
  /** What else its folder should hold, by name; its settings may name them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether it can be asked without TLS. Default true. */
  readonly isPlain?: boolean;
  /** What it asks of clients, and shows to others of its kind. Letters and digits. Default: none. */
  readonly password?: string;
}

/** What a start and each restart share. */
interface HowStarted {
  readonly args: readonly string[];
  readonly password: string | undefined;
}

/** One redis-server or Sentinel on a free port of 127.0.0.1. */
export class RedisProcess {
  private constructor(
    private readonly servers: KeptServers,
    private readonly how: HowStarted,
    private server: KeptServer,
    readonly port: number,
  ) {}

  /** @throws with the end of its log, when it does not answer. */
  static async start(servers: KeptServers, options: RedisProcessOptions): Promise<RedisProcess> {
    const command = redisServerProgram();
    for (let attempt = 1; ; attempt += 1) {
      const [port = 0, busPort = 0] = await freePorts(2);
      const folder = mkdtempSync(path.join(tmpdir(), 'trilith-redis-'));
      const file = path.join(folder, 'settings');
      const { isSentinel = false, files = {}, password } = options;
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(path.join(folder, name), text, { mode: 0o600 });
      }
      const settings = [
        ...common,
        ...(isSentinel ? [] : data),
        ...(password === undefined ? [] : passwordSettings(password, isSentinel)),
        ...options.settings(port, busPort),
      ];
      writeFileSync(file, `${settings.join('\n')}\n`);
      const args = [file, ...(isSentinel ? ['--sentinel'] : [])];
      const server = await servers.start(command, { args, folder });
      const started = new RedisProcess(servers, { args, password }, server, port);
      try {
        await started.ready(options.isPlain ?? true);
        return started;
      } catch (error) {
        // Somebody else may have taken the port meanwhile.
        if (attempt === attempts || !started.log().includes('already in use')) throw error;
      }
    }
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Of its data, settings and log. */
  get folder(): string {
    return this.server.folder;
  }

  get address(): string {
    return `${host}:${this.port}`;
  }

  /** With its password, if it has one. */
  get url(): string {
    return `redis://${loginOf(this.how.password)}${this.address}`;
  }

  /** Ends it as if its machine had failed. */
  async kill(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.server.ended;
  }

  /** Stops answering, and keeps its connections. */
  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /** After `kill`: on the same port, with what it wrote. */
  async restart(): Promise<void> {
    this.server = await this.servers.start(redisServerProgram(), {
      args: this.how.args,
      folder: this.server.folder,
    });
    await this.ready(true);
  }

  /** Does a work on a connection that is closed after it. */
  async withClient<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return withClient(this.url, work);
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.server.pid, signal);
    } catch {
      // It is gone.
    }
  }

  private async ready(isPlain: boolean): Promise<void> {
    let ending: string | undefined;
    void this.server.ended.then((how) => (ending = how));
    const deadline = performance.now() + readyWithinMs;
    for (;;) {
      const isUp = isPlain
        ? await this.withClient(async (redis) => redis.ping()).catch(() => false)
        : this.log().includes('eady to accept connections');
      if (isUp) return;
      if (ending !== undefined || performance.now() > deadline) {
        const end = this.log().split('\n').slice(-10).join('\n');
        throw new Error(`A server for tests did not start (${ending ?? 'no answer'}):\n${end}`);
      }
      await sleep(25);
    }
  }

  private log(): string {
    return readFileSync(path.join(this.server.folder, 'log'), 'utf8');
  }
}

/** What stands before the hosts of a URL. */
export function loginOf(password: string | undefined): string {
  return password === undefined ? '' : `:${password}@`;
}

function passwordSettings(password: string, isSentinel: boolean): string[] {
  const others = isSentinel ? 'sentinel sentinel-pass' : 'masterauth';
  return [`requirepass ${password}`, `${others} ${password}`];
}

/** A connection for set-up and for looks at what is there; it waits for nothing. */
async function withClient<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    disconnectTimeout: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Ports that nobody had a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer());
  for (const holder of holders) {
    holder.listen(0, host);
    await once(holder, 'listening');
  }
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  for (const holder of holders) {
    holder.close();
    await once(holder, 'close');
  }
  return ports;
}

/**
 * The program that servers for tests are started with. Jest's set-up looks for it, for projects that
 * name it under `"trilith": { "programs": ["redis-server"] }` in their package.json.
 *
 * @throws when the project does not.
 */
export function redisServerProgram(): string {
  const found = process.env['REDIS_SERVER_PROGRAM'];
  if (found) return found;
  throw new Error('Name "redis-server" under "trilith": { "programs": [] } in the package.json');
}

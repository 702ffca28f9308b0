import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';

import type { CertificatesForTest } from './certificates.js';
import type { KeptServer, KeptServers } from './kept-servers.js';
import {
  type RedisSettings,
  lacksTls,
  listeningSettings,
  passwordSettings,
} from './redis-settings.js';
import { TlsFront } from './tls-front.js';

const host = '127.0.0.1';
const settingsFile = 'settings';
const attempts = 3;
const readyWithinMs = 60_000;
const common = ['bind 127.0.0.1', 'protected-mode no'];
const data = ['save ""', 'appendonly yes', 'appendfsync no', 'repl-diskless-sync-delay 0'];

/** What kind of server to run. */
export interface RedisProcessOptions {
  /** Lines of its file of settings, for the port of a cluster's bus; its own port is seen to. */
  readonly settings?: (busPort: number) => readonly string[];
  readonly isSentinel?: boolean;
  /**
   * It, and its like that it knows of, speak TLS, and let in only who has a certificate of this
   * authority. A program that was built without TLS, as the packaged Valkey is, gets it from a
   * {@link TlsFront}. Default: no TLS.
   */
  readonly tls?: CertificatesForTest;
  /** What it asks of clients, and shows to others of its kind. Letters and digits. Default: none. */
  readonly password?: string;
}

/** What a start and each restart share. */
interface HowStarted extends Pick<RedisProcessOptions, 'password' | 'tls'> {
  readonly args: readonly string[];
  /** Where it is found: at its front, if it has one. */
  readonly port: number;
  /** Where the process itself listens; without TLS, if it has a front. */
  readonly ownPort: number;
}

/** Whether the program turned out to be built without TLS. */
let needsFront = false;

/** One redis-server or Sentinel on a free port of 127.0.0.1. */
export class RedisProcess {
  private constructor(
    private readonly servers: KeptServers,
    private readonly how: HowStarted,
    private server: KeptServer,
  ) {}

  /** @throws with the end of its log, when it does not answer. */
  static async start(servers: KeptServers, options: RedisProcessOptions): Promise<RedisProcess> {
    const { tls } = options;
    if (!tls) return RedisProcess.startBehind(undefined, servers, options);
    try {
      if (!needsFront) return await RedisProcess.startBehind(undefined, servers, options);
    } catch (error) {
      if (!lacksTls(error)) throw error;
      needsFront = true;
    }
    const front = await TlsFront.start(tls);
    servers.closeToo(front);
    return RedisProcess.startBehind(front, servers, options);
  }

  private static async startBehind(
    front: TlsFront | undefined,
    servers: KeptServers,
    options: RedisProcessOptions,
  ): Promise<RedisProcess> {
    const command = redisServerProgram();
    const { isSentinel = false, password, tls } = options;
    for (let attempt = 1; ; attempt += 1) {
      const [ownPort = 0, busPort = 0] = await freePorts(2);
      front?.leadTo(ownPort);
      const where = { port: ownPort, frontPort: front?.port, isSentinel, tls };
      const { lines, files } = listeningSettings(where);
      const folder = writeFolder({ files, lines: [...lines, ...linesOf(options, busPort)] });
      const args = [path.join(folder, settingsFile), ...(isSentinel ? ['--sentinel'] : [])];
      const server = await servers.start(command, { args, folder });
      const how = { args, password, tls, ownPort, port: front?.port ?? ownPort };
      const started = new RedisProcess(servers, how, server);
      try {
        await started.ready();
        return started;
      } catch (error) {
        // Somebody else may have taken the port meanwhile.
        if (attempt === attempts || !started.log().includes('already in use')) throw error;
      }
    }
  }

  /** Where clients and other servers find it. */
  get port(): number {
    return this.how.port;
  }

  /** Where a server finds it that is told to, as by MIGRATE, which leaves from any address. */
  get ownPort(): number {
    return this.how.ownPort;
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
    return `${this.how.tls ? 'rediss' : 'redis'}://${loginOf(this.how.password)}${this.address}`;
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
    await this.ready();
  }

  /** Does a work on a connection that is closed after it. */
  async withClient<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return withClient({ url: this.url, tls: this.how.tls }, work);
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.server.pid, signal);
    } catch {
      // It is gone.
    }
  }

  private async ready(): Promise<void> {
    let ending: string | undefined;
    void this.server.ended.then((how) => (ending = how));
    const deadline = performance.now() + readyWithinMs;
    for (;;) {
      const isUp = await this.withClient(async (redis) => redis.ping()).catch(() => false);
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

function linesOf({ isSentinel = false, password, settings }: RedisProcessOptions, busPort: number) {
  return [
    ...common,
    ...(isSentinel ? [] : data),
    ...(password === undefined ? [] : passwordSettings(password, isSentinel)),
    ...(settings?.(busPort) ?? []),
  ];
}

/** A new one, for a server to run in. */
function writeFolder({ lines, files }: RedisSettings): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'trilith-redis-'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  }
  writeFileSync(path.join(folder, settingsFile), `${lines.join('\n')}\n`);
  return folder;
}

/** A connection for set-up and for looks at what is there; it waits for nothing. */
async function withClient<T>(
  { url, tls }: { readonly url: string; readonly tls?: CertificatesForTest },
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis(url, {
    ...(tls && { tls: { ca: tls.ca, ...tls.client } }),
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

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisServerProgram } from '@trilith/testing';

/** A server of a test's own, with settings of its own. */
export class RedisServer implements AsyncDisposable {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  static async start(settings: readonly string[]): Promise<RedisServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'trilith-redis-'));
    const server = new RedisServer(await freePort(), folder, settings);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    const settings = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.folder];
    const child = spawn(redisServerProgram(), [...settings, ...this.settings], { stdio: 'ignore' });
    this.process = child;
    const client = createRedis({ url: this.url, name: 'starting', maxReconnectDelayMs: 50 });
    await whenReady(client, 30_000);
    await closeRedis(client);
  }

  async kill(): Promise<void> {
    if (this.process === undefined) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
    this.process = undefined;
  }

  /** How much of the append-only file was written; not all of it need be on disk. */
  async aofBytes(): Promise<number> {
    return (await stat(await this.aof())).size;
  }

  /** Ends it as if its machine had lost power: of the append-only file, `onDisk` bytes are left. */
  async losePower(onDisk: number): Promise<void> {
    await this.kill();
    await truncate(await this.aof(), onDisk);
  }

  /** What is appended to; none is rewritten in a test. */
  private async aof(): Promise<string> {
    const folder = path.join(this.folder, 'appendonlydir');
    const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof'));
    return path.join(folder, name ?? 'missing');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

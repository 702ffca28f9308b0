import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { commandLine } from '../../stores/command-line.ts';
import { lastLines } from '../../stores/processes/server-process.ts';
import { probeRedis } from '../../stores/redis/probe.ts';
import { findRedisServer } from '../../stores/redis/server.ts';
import { Failure } from '../../terminal/failure.ts';
import type { ExperimentContext } from '../experiment.ts';

/** When the append-only file reaches the disk: before each reply, or once a second. */
export type AppendFsync = 'always' | 'everysec';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 25;

/**
 * Starts what follows and ends it when its input closes, as it does when this process is killed:
 * the server must outlive nobody. Prints the server's number first.
 */
const GUARD = '"$@" >&2 & echo $!; read -r _; kill -9 $!';

interface Options {
  readonly folder: string;
  readonly appendfsync: AppendFsync;
  readonly context: Pick<ExperimentContext, 'signal' | 'say'>;
}

/** A Redis with an append-only file, to be killed, emptied and started again. */
export class OwnRedis {
  readonly url: string;
  readonly #options: Options & { readonly command: string; readonly port: number };
  readonly #dataFolder: string;
  readonly #log: string;
  #guard: ChildProcess | undefined;
  #pid = 0;

  private constructor(options: Options & { command: string; port: number }) {
    this.#options = options;
    this.url = `redis://127.0.0.1:${options.port}/0`;
    this.#dataFolder = path.join(options.folder, 'redis');
    this.#log = path.join(options.folder, 'redis.log');
  }

  /** Resolves when it answers. */
  static async start(options: Options): Promise<OwnRedis> {
    const { signal, say } = options.context;
    const { command } = await findRedisServer({ progress: say, signal });
    const redis = new OwnRedis({ ...options, command, port: await getPort({ host: '127.0.0.1' }) });
    try {
      await redis.start();
      return redis;
    } catch (error) {
      await redis.kill();
      throw error;
    }
  }

  /** As a crash of the server would; its files stay. */
  async kill(): Promise<void> {
    const guard = this.#guard;
    if (!guard) return;
    this.#guard = undefined;
    const closed = once(guard, 'close');
    process.kill(this.#pid, 'SIGKILL');
    guard.stdin?.end();
    await closed;
  }

  /** Stops answering, and keeps its connections. */
  freeze(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#pid, 'SIGCONT');
  }

  /** @throws Failure with the end of its log, when it does not answer within a minute. */
  async start(): Promise<void> {
    mkdirSync(this.#dataFolder, { recursive: true });
    const log = openSync(this.#log, 'a');
    const { command, context } = this.#options;
    // A group of its own: a terminal's Ctrl-C is for the experiment, which then stops the server.
    const guard = spawn('sh', ['-c', GUARD, 'sh', command, ...this.#flags()], {
      cwd: this.#dataFolder,
      stdio: ['pipe', 'pipe', log],
      detached: true,
    });
    closeSync(log);
    this.#guard = guard;
    this.#pid = await firstNumber(guard);
    await this.#ready(context.signal);
  }

  /** Loses all that it has, as a server without persistence does at a restart. */
  async startEmpty(): Promise<void> {
    rmSync(this.#dataFolder, { recursive: true, force: true });
    await this.start();
  }

  async #ready(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      signal.throwIfAborted();
      const failure = await probeRedis(this.url).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) return;
      if (performance.now() > deadline) {
        const log = lastLines(this.#log).join('\n');
        throw new Failure(`Redis did not answer within a minute. Its log ends:\n${log}`);
      }
      await sleep(POLL_MS);
    }
  }

  #flags(): string[] {
    return commandLine({
      '--bind': '127.0.0.1',
      '--port': this.#options.port,
      '--dir': this.#dataFolder,
      '--maxmemory-policy': 'noeviction',
      '--save': '',
      '--appendonly': 'yes',
      '--appendfsync': this.#options.appendfsync,
    });
  }
}

async function firstNumber({ stdout }: ChildProcess): Promise<number> {
  if (!stdout) throw new Error('The guard has no output to read from');
  const [line] = (await once(stdout, 'data')) as [Buffer];
  return Number(line.toString());
}

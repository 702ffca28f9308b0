import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Member } from '../cache/member.ts';
import type { ExperimentContext } from '../experiment.ts';
import { type AppendFsync, OwnRedis } from '../messaging/own-redis.ts';
import type { CallerSettings } from './programs/settings.ts';

/** What runs in a process of its own, by its file in `programs`. */
export type Program = 'caller' | 'sentinels' | 'web';

/** A Redis and processes of an experiment. Whatever happens, nothing of it is left. */
export class Stage implements AsyncDisposable {
  readonly #ends = new AsyncDisposableStack();
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'trilith-chaos-limits-'));
  readonly #context: ExperimentContext;
  #members = 0;

  constructor(context: ExperimentContext) {
    this.#context = context;
    this.#ends.defer(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  async redis(appendfsync: AppendFsync = 'everysec'): Promise<OwnRedis> {
    const folder = path.join(this.#folder, 'server');
    mkdirSync(folder);
    const redis = await OwnRedis.start({ folder, appendfsync, context: this.#context });
    this.#ends.defer(async () => redis.kill());
    return redis;
  }

  /** Resolves when it is ready. */
  async start(program: Program, settings: object): Promise<Member> {
    const label = `${program}-${(this.#members += 1)}`;
    const member = await Member.start({
      program: `rate-limit/programs/${program}`,
      settings,
      label,
      logFolder: this.#folder,
    });
    this.#ends.defer(async () => member.kill());
    return member;
  }

  /** Processes that share limits, whose clocks are wrong by so much. */
  async callers(redisUrl: string, clocksMs: readonly number[]): Promise<Member[]> {
    return Promise.all(
      clocksMs.map(async (clockOffsetMs) =>
        this.start('caller', { redisUrl, clockOffsetMs } satisfies CallerSettings),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ends.disposeAsync();
  }
}

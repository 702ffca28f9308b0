import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExperimentContext } from '../experiment.ts';
import { OwnRedis } from '../messaging/own-redis.ts';
import { seededRandom } from '../random.ts';
import { type Condition, FlakyNetwork } from './flaky-network.ts';
import { Member } from './member.ts';
import type { ReplicaSettings } from './programs/settings.ts';

interface StartOptions extends Pick<ReplicaSettings, 'kind' | 'defaults' | 'redis'> {
  readonly replicas: number;
  /** Which of its connections have what happens to a replica's network; default all. */
  readonly only?: RegExp;
}

/** A replica and what is between it and Redis. */
export interface Networked {
  readonly member: Member;
  readonly network: FlakyNetwork;
}

/** A Redis of its own, and replicas, each with its own network. */
export class Fleet {
  readonly redis: OwnRedis;
  readonly folder: string;
  readonly #context: ExperimentContext;
  readonly #cleaning: AsyncDisposableStack;
  #started = 0;

  constructor(
    { redis, folder }: { redis: OwnRedis; folder: string },
    { context, cleaning }: { context: ExperimentContext; cleaning: AsyncDisposableStack },
  ) {
    this.redis = redis;
    this.folder = folder;
    this.#context = context;
    this.#cleaning = cleaning;
  }

  /** Resolves when all follow the log. */
  async start({ replicas, kind, defaults, redis, only }: StartOptions): Promise<Networked[]> {
    return Promise.all(
      Array.from({ length: replicas }, async (_, index) => {
        const random = seededRandom(this.#context.seed + index);
        const target = this.redis.url;
        const network = await FlakyNetwork.open({ target, random, ...(only && { only }) });
        this.#cleaning.defer(async () => network.close());
        const settings: ReplicaSettings = {
          redisUrl: network.url,
          sourceUrl: target,
          kind,
          defaults,
          index,
          replicas,
          ...(redis && { redis }),
        };
        return { member: await this.startProgram('replica', settings), network };
      }),
    );
  }

  async startProgram(program: string, settings: object): Promise<Member> {
    this.#started += 1;
    const label = `${program}-${this.#started}`;
    const member = await Member.start({
      program: `cache/programs/${program}`,
      settings,
      label,
      logFolder: this.folder,
    });
    this.#cleaning.defer(async () => member.kill());
    return member;
  }
}

/** Runs the work with a fleet of its own; whatever happens, nothing of it is left. */
export async function withFleet<T>(
  context: ExperimentContext,
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  await using cleaning = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), 'trilith-chaos-'));
  cleaning.defer(() => rmSync(folder, { recursive: true, force: true }));
  const redis = await OwnRedis.start({ folder, appendfsync: 'everysec', context });
  cleaning.defer(async () => redis.kill());
  return await work(new Fleet({ redis, folder }, { context, cleaning }));
}

export function allBecome(networks: readonly Networked[], condition: Condition): void {
  for (const { network } of networks) network.become(condition);
}

/** Asks all for the same; their answers in order. */
export async function askAll<Result>(
  replicas: readonly Networked[],
  method: string,
  argument: unknown = {},
): Promise<Result[]> {
  return Promise.all(replicas.map(async ({ member }) => member.call<Result>(method, argument)));
}

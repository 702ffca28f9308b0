import { eventually } from '../eventually.js';
import type { CertificatesForTest } from './certificates.js';
import { KeptServers } from './kept-servers.js';
import { RedisProcess, loginOf } from './redis-process.js';

const masterName = 'main';
const quorum = 2;
/** After how long a Sentinel holds a silent server for dead, in milliseconds. */
const downAfterMs = 2_000;

/** A master with a replica, and three Sentinels that watch them. */
export interface RedisSentinelForTest {
  /** Names the Sentinels, and the master as they call it; with the servers' password, and `rediss` for TLS. */
  readonly url: string;
  readonly servers: readonly RedisProcess[];
  readonly sentinels: readonly RedisProcess[];
  /** Who is the master, as the Sentinels see it. */
  master(): Promise<RedisProcess>;
  /** Makes the replica the master, as for maintenance; nobody fails. */
  failOver(): Promise<void>;
  /** Resolves when the master has a replica that is up to date, and every Sentinel knows both. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** How servers and Sentinels are reached, by clients and by each other. */
export interface RedisSentinelOptions {
  /** What the servers ask for; letters and digits. Default: nothing. */
  readonly password?: string;
  /** What the Sentinels ask for. Default: nothing. */
  readonly sentinelPassword?: string;
  /** Of both. Default: no TLS. */
  readonly tls?: CertificatesForTest;
}

/** Starts them on free ports of 127.0.0.1; they end with this process. */
export async function redisSentinelForTest(
  options: RedisSentinelOptions = {},
): Promise<RedisSentinelForTest> {
  const kept = new KeptServers();
  try {
    const master = await startServer(kept, options);
    const replica = await startServer(kept, options, master);
    const sentinels = await Promise.all(
      Array.from({ length: 3 }, async () => startSentinel(kept, options, master)),
    );
    const trio = new StartedSentinels(kept, [master, replica], sentinels, options);
    await trio.settled();
    return trio;
  } catch (error) {
    await kept.close();
    throw error;
  }
}

async function startServer(
  kept: KeptServers,
  { password, tls }: RedisSentinelOptions,
  master?: RedisProcess,
): Promise<RedisProcess> {
  return RedisProcess.start(kept, {
    password,
    tls,
    settings: () => (master ? [`replicaof 127.0.0.1 ${master.port}`] : []),
  });
}

async function startSentinel(
  kept: KeptServers,
  { password, sentinelPassword, tls }: RedisSentinelOptions,
  master: RedisProcess,
): Promise<RedisProcess> {
  return RedisProcess.start(kept, {
    isSentinel: true,
    password: sentinelPassword,
    tls,
    settings: () => [
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} ${quorum}`,
      ...(password === undefined ? [] : [`sentinel auth-pass ${masterName} ${password}`]),
      `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
      `sentinel failover-timeout ${masterName} ${5 * downAfterMs}`,
    ],
  });
}

class StartedSentinels implements RedisSentinelForTest {
  constructor(
    private readonly kept: KeptServers,
    readonly servers: readonly RedisProcess[],
    readonly sentinels: readonly RedisProcess[],
    private readonly options: RedisSentinelOptions,
  ) {}

  get url(): string {
    const { password, tls } = this.options;
    const hosts = this.sentinels.map(({ address }) => address).join();
    return `${tls ? 'rediss' : 'redis'}+sentinel://${loginOf(password)}${hosts}/${masterName}`;
  }

  async master(): Promise<RedisProcess> {
    return this.server(await this.ask('GET-MASTER-ADDR-BY-NAME'));
  }

  async failOver(): Promise<void> {
    const before = await this.master();
    await this.ask('FAILOVER');
    await eventually(async () => {
      if ((await this.master()) === before) throw new Error('the master is still the same');
    });
  }

  async settled(): Promise<void> {
    await eventually(
      async () => {
        const master = await this.master();
        const info = await master.withClient(async (redis) => redis.info('replication'));
        if (!info.includes('state=online')) throw new Error('the replica is not up to date');
        for (const sentinel of this.sentinels) await this.requireSeesAll(sentinel);
      },
      { timeoutMs: 60_000 },
    );
  }

  async close(): Promise<void> {
    await this.kept.close();
  }

  private async requireSeesAll(sentinel: RedisProcess): Promise<void> {
    const [state = []] = await sentinel.withClient(
      async (redis) => (await redis.call('SENTINEL', 'MASTERS')) as string[][],
    );
    const field = (name: string) => state[state.indexOf(name) + 1];
    const sees = `${field('flags')} ${field('num-slaves')} ${field('num-other-sentinels')}`;
    if (sees !== 'master 1 2') throw new Error(`a Sentinel sees: ${sees}`);
  }

  private async ask(question: string): Promise<unknown> {
    const [sentinel] = this.sentinels;
    return sentinel?.withClient(async (redis) => redis.call('SENTINEL', question, masterName));
  }

  private server(address: unknown): RedisProcess {
    const [, port] = address as [host: string, port: string];
    const server = this.servers.find((one) => one.port === Number(port));
    if (!server) throw new Error(`no server of this test has port ${port}`);
    return server;
  }
}

import { eventually } from '../eventually.js';
import type { CertificatesForTest } from './certificates.js';
import { KeptServers } from './kept-servers.js';
import { RedisProcess, loginOf } from './redis-process.js';

const slots = 16_384;
const masters = 3;
/** After how long the others hold a node for dead, in milliseconds. */
const nodeTimeoutMs = 3_000;

/** Three masters with a third of the slots each, and a replica of each. */
export interface RedisClusterForTest {
  /** Names two of the masters; with the password, and `rediss` for TLS. */
  readonly url: string;
  readonly nodes: readonly RedisProcess[];
  /** The node that serves a key, as the others see it. */
  masterOf(key: string): Promise<RedisProcess>;
  /** A replica of that node. */
  replicaOf(key: string): Promise<RedisProcess>;
  /** Moves the slot of a key, and what is in it, to another master; returns that one. */
  moveSlotOf(key: string): Promise<RedisProcess>;
  /** Resolves when every node sees every slot served. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** How its nodes are reached, by clients and by each other. */
export interface RedisClusterOptions {
  /** What they ask for; letters and digits. Default: nothing. */
  readonly password?: string;
  /** Default: no TLS. */
  readonly tls?: CertificatesForTest;
}

/** Starts a Redis Cluster on free ports of 127.0.0.1, which ends with this process. */
export async function redisClusterForTest(
  options: RedisClusterOptions = {},
): Promise<RedisClusterForTest> {
  const servers = new KeptServers();
  try {
    const nodes: RedisProcess[] = [];
    // The first one alone: it tells whether the program speaks TLS.
    nodes.push(await startNode(servers, options));
    const others = Array.from({ length: 2 * masters - 1 }, async () => startNode(servers, options));
    nodes.push(...(await Promise.all(others)));
    const cluster = new StartedCluster(servers, nodes, options);
    await cluster.form();
    return cluster;
  } catch (error) {
    await servers.close();
    throw error;
  }
}

async function startNode(
  servers: KeptServers,
  options: RedisClusterOptions,
): Promise<RedisProcess> {
  return RedisProcess.start(servers, {
    ...options,
    settings: (busPort) => [
      'cluster-enabled yes',
      `cluster-port ${busPort}`,
      `cluster-node-timeout ${nodeTimeoutMs}`,
      // Else a replica whose master was silent for long before it died does not take over.
      'cluster-replica-validity-factor 0',
    ],
  });
}

class StartedCluster implements RedisClusterForTest {
  constructor(
    private readonly servers: KeptServers,
    readonly nodes: readonly RedisProcess[],
    private readonly options: RedisClusterOptions,
  ) {}

  get url(): string {
    const [first, second] = this.nodes;
    const { password, tls } = this.options;
    const scheme = tls ? 'rediss' : 'redis';
    return `${scheme}+cluster://${loginOf(password)}${first?.address},${second?.address}`;
  }

  async form(): Promise<void> {
    for (const [index, node] of this.nodes.entries()) await this.introduce(node, index);
    await eventually(async () => {
      for (const node of this.nodes) {
        const known = (await this.view(node)).length;
        if (known !== this.nodes.length) throw new Error(`a node knows of ${known}`);
      }
    });
    for (const [index, node] of this.nodes.entries()) {
      const master = this.nodes[index - masters];
      if (master) await this.follow(node, master);
    }
    await this.settled();
    await eventually(async () => this.replicated());
  }

  async masterOf(key: string): Promise<RedisProcess> {
    return eventually(async () => {
      const slot = await this.slotOf(key);
      for (const seen of await this.view(await this.alive())) {
        const serves = seen.slots.some(([first, last]) => first <= slot && slot <= last);
        if (serves && !seen.flags.includes('fail')) return this.at(seen.port);
      }
      throw new Error(`nobody serves slot ${slot}`);
    });
  }

  async replicaOf(key: string): Promise<RedisProcess> {
    const master = await this.masterOf(key);
    const nodes = await this.view(master);
    const self = nodes.find(({ port }) => port === master.port);
    const replica = nodes.find((node) => node.masterId === self?.id);
    if (!replica) throw new Error('the master has no replica');
    return this.at(replica.port);
  }

  async moveSlotOf(key: string): Promise<RedisProcess> {
    const slot = await this.slotOf(key);
    const from = await this.masterOf(key);
    const to = this.nodes.slice(0, masters).find((node) => node !== from) ?? from;
    const { password } = this.options;
    const auth = password === undefined ? [] : ['AUTH', password];
    const [fromId, toId] = [await this.idOf(from), await this.idOf(to)];
    await to.withClient(async (redis) => redis.cluster('SETSLOT', slot, 'IMPORTING', fromId));
    await from.withClient(async (redis) => {
      await redis.cluster('SETSLOT', slot, 'MIGRATING', toId);
      for (;;) {
        const keys = await redis.cluster('GETKEYSINSLOT', slot, 100);
        if (keys.length === 0) break;
        await redis.call(
          'MIGRATE',
          '127.0.0.1',
          to.ownPort,
          '',
          0,
          5_000,
          ...auth,
          'KEYS',
          ...keys,
        );
      }
    });
    for (const node of [to, from]) {
      await node.withClient(async (redis) => redis.cluster('SETSLOT', slot, 'NODE', toId));
    }
    return to;
  }

  async settled(): Promise<void> {
    await eventually(
      async () => {
        for (const node of this.nodes) {
          const info = await node.withClient(async (redis) => redis.cluster('INFO'));
          if (!info.includes('cluster_state:ok')) throw new Error('the cluster is not whole yet');
        }
      },
      { timeoutMs: 60_000 },
    );
  }

  async close(): Promise<void> {
    await this.servers.close();
  }

  /** Gives a master its slots, and lets the first node meet it. */
  private async introduce(node: RedisProcess, index: number): Promise<void> {
    const [from, to] = [index, index + 1].map((at) => Math.floor((at * slots) / masters));
    await node.withClient(async (redis) => {
      if (index < masters) await redis.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    });
    const busPort = (await this.view(node))[0]?.busPort ?? 0;
    await this.nodes[0]?.withClient(async (redis) =>
      redis.call('CLUSTER', 'MEET', '127.0.0.1', node.port, busPort),
    );
  }

  private async follow(node: RedisProcess, master: RedisProcess): Promise<void> {
    const masterId = await this.idOf(master);
    await eventually(async () =>
      node.withClient(async (redis) => redis.cluster('REPLICATE', masterId)),
    );
  }

  private async replicated(): Promise<void> {
    for (const node of this.nodes.slice(masters)) {
      const info = await node.withClient(async (redis) => redis.info('replication'));
      if (!info.includes('master_link_status:up')) throw new Error('a replica has no data yet');
    }
  }

  private async slotOf(key: string): Promise<number> {
    return (await this.alive()).withClient(async (redis) => redis.cluster('KEYSLOT', key));
  }

  private async idOf(node: RedisProcess): Promise<string> {
    return String(await node.withClient(async (redis) => redis.call('CLUSTER', 'MYID')));
  }

  private async alive(): Promise<RedisProcess> {
    for (const node of this.nodes) {
      const answers = await node.withClient(async (redis) => redis.ping()).catch(() => undefined);
      if (answers) return node;
    }
    throw new Error('no node answers');
  }

  private at(port: number): RedisProcess {
    const node = this.nodes.find((one) => one.port === port);
    if (!node) throw new Error(`no node of this test has port ${port}`);
    return node;
  }

  private async view(node: RedisProcess): Promise<SeenNode[]> {
    const text = await node.withClient(async (redis) => redis.call('CLUSTER', 'NODES'));
    return String(text).trim().split('\n').map(readNode);
  }
}

/** A line of CLUSTER NODES. */
interface SeenNode {
  readonly id: string;
  readonly port: number;
  readonly busPort: number;
  readonly flags: readonly string[];
  readonly masterId: string;
  readonly slots: readonly [first: number, last: number][];
}

function readNode(line: string): SeenNode {
  const [id = '', address = '', flags = '', masterId = '', , , , , ...ranges] = line.split(' ');
  const [, port, busPort] = /:(\d+)@(\d+)/.exec(address) ?? [];
  return {
    id,
    port: Number(port),
    busPort: Number(busPort),
    flags: flags.split(','),
    masterId,
    // In brackets: slots on their way.
    slots: ranges
      .filter((range) => !range.startsWith('['))
      .map((range) => {
        const [first, last = first] = range.split('-').map(Number);
        return [first ?? 0, last ?? 0];
      }),
  };
}

import type { Redis } from 'ioredis';

import type { ResolvedConnectionOptions } from '../connection.options.js';
import { Inquiry } from '../inquiry.js';
import type { Route } from '../route.js';
import type { Address, Topology } from '../topology.js';

/** A reply to CLUSTER SLOTS: first and last slot, then the master and its replicas. */
type SlotRange = [first: number, last: number, ...nodes: Node[]];

type Node = [host: string | null, port: number, ...more: unknown[]];

/** To one node of a cluster: the master of a slot, or any that sees the cluster whole. */
export class ClusterRoute implements Route {
  private readonly nodes: Inquiry;

  /** @param slot undefined for any node. */
  constructor(
    topology: Extract<Topology, { kind: 'cluster' }>,
    options: ResolvedConnectionOptions,
    private readonly slot: number | undefined,
  ) {
    this.nodes = new Inquiry(topology.nodes, options, topology.credentials);
  }

  async find(): Promise<Address> {
    return this.nodes.ask(async (node, asked) => {
      // One that lost sight of the others hears none of their messages, and knows of no failover.
      if (!(await seesCluster(node))) return undefined;
      const ranges = (await node.call('CLUSTER', 'SLOTS')) as SlotRange[];
      const withHost = ([host, port]: Node) => ({ host: host || asked.host, port });
      this.nodes.learn(ranges.flatMap(([, , ...nodes]) => nodes.map(withHost)));
      const { slot } = this;
      if (slot === undefined) return asked;
      const [, , master] = ranges.find(([first, last]) => first <= slot && slot <= last) ?? [];
      return master && withHost(master);
    });
  }

  /** A replica answers MOVED to what is not for it. */
  fits(): boolean {
    return true;
  }
}

async function seesCluster(node: Redis): Promise<boolean> {
  return (await node.cluster('INFO')).includes('cluster_state:ok');
}

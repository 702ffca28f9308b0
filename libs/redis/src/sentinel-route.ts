import type { ResolvedConnectionOptions } from './connection.options.js';
import { Inquiry } from './inquiry.js';
import type { Route, ServerInfo } from './route.js';
import type { Address, Topology } from './topology.js';

/** To the master that Sentinels agree on. */
export class SentinelRoute implements Route {
  private readonly sentinels: Inquiry;

  constructor(
    private readonly topology: Extract<Topology, { kind: 'sentinel' }>,
    options: ResolvedConnectionOptions,
  ) {
    this.sentinels = new Inquiry(topology.sentinels, options, options.sentinelCredentials);
  }

  async find(): Promise<Address> {
    const { master } = this.topology;
    const { address, others } = await this.sentinels.ask(async (sentinel) => {
      const [host, port] = ((await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master)) ??
        []) as string[];
      if (host === undefined) throw new Error(`no master is called ${master}`);
      const listed = (await sentinel.call('SENTINEL', 'SENTINELS', master)) as string[][];
      return { address: { host, port: Number(port) }, others: listed.map(toAddress) };
    });
    this.sentinels.learn(others.filter((other) => other !== undefined));
    return address;
  }

  /** A Sentinel that was away may still name the old master, which is a replica by now. */
  fits({ role }: ServerInfo): boolean {
    return role === undefined || role === 'master';
  }
}

function toAddress(fields: readonly string[]): Address | undefined {
  const field = (name: string) => {
    const at = fields.findIndex((text, index) => index % 2 === 0 && text === name);
    return at < 0 ? undefined : fields[at + 1];
  };
  const [host, port] = [field('ip'), Number(field('port'))];
  return host === undefined || !(port > 0) ? undefined : { host, port };
}

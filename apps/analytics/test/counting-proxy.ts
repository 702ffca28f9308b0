import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** A TCP proxy that counts how often the client sent something: its round trips. */
export class CountingProxy {
  private requests = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => {
      const upstream = connect(Number(target.port), target.hostname);
      client.on('data', () => (this.requests += 1));
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream]) {
        socket.setNoDelay(true).on('error', () => socket.destroy());
      }
    });
  }

  static async to(url: string): Promise<CountingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CountingProxy(server, new URL(url));
  }

  get url(): string {
    const url = new URL(this.target);
    const address = this.server.address();
    url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    return url.href;
  }

  /** How many times data came from clients while the work ran. */
  async roundTripsOf(work: () => Promise<unknown>): Promise<number> {
    const before = this.requests;
    await work();
    return this.requests - before;
  }

  close(): void {
    this.server.close();
  }
}

import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** BackendKeyData: a `K`, twelve bytes long; the number of the process comes next. */
const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12]);

/** What a client can see of a pooler before PostgreSQL: the process that it is told is made up. */
export class Pooler implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.serve(client));

  private constructor(private readonly target: URL) {}

  static async before(url: string): Promise<Pooler> {
    const pooler = new Pooler(new URL(url));
    pooler.server.listen(0, '127.0.0.1');
    await once(pooler.server, 'listening');
    return pooler;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(server);
    server.on('data', (chunk: Buffer) => client.write(withAnotherProcess(chunk)));
    server.on('end', () => client.end());
  }
}

function withAnotherProcess(chunk: Buffer): Buffer {
  const at = chunk.indexOf(KEY_DATA);
  if (at !== -1) chunk.writeInt32BE(1, at + KEY_DATA.length);
  return chunk;
}

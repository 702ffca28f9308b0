import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to a server on which everything may take its time. */
export interface SlowNetwork extends AsyncDisposable {
  /** The server's address by this way. */
  readonly url: string;
  /** Holds back, from now on, whatever passes, in either direction. */
  delay(ms: number): void;
}

/** Opens a way to the server of the URL, on a free port of 127.0.0.1. */
export async function slowNetwork(to: string): Promise<SlowNetwork> {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let delayMs = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, into] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      forward(from, into).catch(() => undefined);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    delay: (ms) => (delayMs = ms),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };

  async function forward(from: Socket, into: Socket): Promise<void> {
    sockets.add(from);
    from.setNoDelay(true);
    try {
      for await (const chunk of from) {
        if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
        into.write(chunk as Buffer);
      }
    } finally {
      // One that ends takes the other along.
      into.destroy();
    }
  }
}

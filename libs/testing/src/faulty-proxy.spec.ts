import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';
import { faultyProxy, type FaultyProxy } from './faulty-proxy.js';

/** Sends back what it gets. */
async function echoServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A connection through the proxy that remembers what it got. */
class Client {
  received = '';
  closed = false;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }
}

describe('faultyProxy', () => {
  let server: Server;
  let proxy: FaultyProxy;
  const clients: Client[] = [];

  const open = () => {
    const client = new Client(connect(proxy.port, '127.0.0.1'));
    clients.push(client);
    return client;
  };
  const echoes = async (client: Client, text: string) => {
    client.received = '';
    client.socket.write(text);
    await eventually(() => expect(client.received).toBe(text));
  };

  beforeEach(async () => {
    server = await echoServer();
    proxy = await faultyProxy(`redis://user@localhost:${(server.address() as AddressInfo).port}/3`);
  });

  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await proxy.close();
    server.close();
  });

  it('forwards in both directions, however much', async () => {
    await echoes(open(), 'x'.repeat(1_000_000));
  });

  it('has the url of its target, but for host and port', () => {
    expect(proxy.url).toBe(`redis://user@127.0.0.1:${proxy.port}/3`);
  });

  it('cuts what is open and what is opened, and forwards new connections once healed', async () => {
    const before = open();
    await echoes(before, 'before');
    proxy.cut();
    const during = open();
    await eventually(() => expect([before.closed, during.closed]).toEqual([true, true]));
    proxy.heal();
    await echoes(open(), 'after');
  });

  it('stalls old and new connections, and lets what was held back pass once healed', async () => {
    const old = open();
    await echoes(old, 'before');
    old.received = '';
    proxy.stall();
    proxy.stall();
    const fresh = open();
    await once(fresh.socket, 'connect');
    old.socket.write('held');
    fresh.socket.write('back');
    // A connection of its own shows that the echo had all the time it needed.
    const direct = new Client(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    clients.push(direct);
    await echoes(direct, 'direct');
    expect([old.received, fresh.received]).toEqual(['', '']);
    proxy.heal();
    await eventually(() => expect([old.received, fresh.received]).toEqual(['held', 'back']));
    expect(old.closed).toBe(false);
  });

  it('delays each piece of data', async () => {
    const client = open();
    proxy.delay(60);
    const started = performance.now();
    await echoes(client, 'slow');
    expect(performance.now() - started).toBeGreaterThanOrEqual(118);
  });

  it('passes the end of a connection on', async () => {
    const client = open();
    await echoes(client, 'bye');
    client.socket.end();
    await eventually(() => expect(client.closed).toBe(true));
    await eventually(() => expect(proxy.connections).toBe(0));
  });

  it('resets its clients when the target is not there', async () => {
    await using nowhere = await faultyProxy('http://127.0.0.1:1');
    const client = new Client(connect(nowhere.port, '127.0.0.1'));
    clients.push(client);
    await eventually(() => expect(client.closed).toBe(true));
  });

  it('closes under open connections', async () => {
    const client = open();
    await echoes(client, 'open');
    proxy.stall();
    await proxy.close();
    await eventually(() => expect(client.closed).toBe(true));
  });
});

import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { resetConnection } from './reset-connection.js';

describe('resetConnection', () => {
  let server: Server;
  let socket: Socket;
  let peer: Socket;
  let failures: string[];
  const note = (error: NodeJS.ErrnoException) => failures.push(error.code ?? error.message);

  beforeEach(async () => {
    failures = [];
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', note);
    [peer] = (await once(server, 'connection')) as [Socket];
    if (socket.connecting) await once(socket, 'connect');
  });

  afterEach(async () => {
    peer.destroy();
    server.close();
    await once(server, 'close');
  });

  it('should break a connection so that the peer sees it', async () => {
    const seen = once(peer.resume(), 'error');
    resetConnection(socket);

    expect(await seen).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
  });

  it('should close one whose goodbye is on its way', async () => {
    const closed = once(socket, 'close');
    socket.end();
    // By now the goodbye was handed to the system, which has not confirmed it.
    process.nextTick(() => resetConnection(socket));
    await closed;

    expect(failures).toEqual([]);
  });
});

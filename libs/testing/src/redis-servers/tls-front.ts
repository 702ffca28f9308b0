import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import type { CertificatesForTest } from './certificates.js';

/**
 * Where servers without TLS come from when they go to each other; their clients come from 127.0.0.1.
 * Linux answers at all addresses of 127.0.0.0/8.
 */
export const serversAddress = '127.0.0.2';

/**
 * Gives TLS to a server that was built without: to whoever has a certificate of the authority, and to
 * nobody else. Other servers of the test, which have no TLS either, are let through as they are.
 */
export class TlsFront {
  private readonly sockets = new Set<Socket>();
  private upstreamPort = 0;

  private constructor(private readonly listening: Server) {}

  /** Listens on a free port of 127.0.0.1; it keeps no process alive. */
  static async start({ ca, server }: CertificatesForTest): Promise<TlsFront> {
    const listening = createServer();
    const front = new TlsFront(listening);
    const tls = createTlsServer(
      { ...server, ca, requestCert: true, rejectUnauthorized: true },
      (socket) => front.forward(socket),
    );
    // Of clients that are refused.
    tls.on('tlsClientError', () => undefined);
    listening.on('connection', (socket) => {
      front.keep(socket);
      if (socket.remoteAddress === serversAddress) front.forward(socket);
      else tls.emit('connection', socket);
    });
    listening.listen(0, '127.0.0.1').unref();
    await once(listening, 'listening');
    return front;
  }

  get port(): number {
    return (this.listening.address() as AddressInfo).port;
  }

  /** The port of the server that it stands before. */
  leadTo(port: number): void {
    this.upstreamPort = port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.listening.close();
    await once(this.listening, 'close');
  }

  private forward(socket: Socket): void {
    const upstream = connect(this.upstreamPort, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    // Whichever side breaks takes the other with it.
    socket.on('error', () => undefined).on('close', () => upstream.destroy());
    upstream.on('error', () => undefined).on('close', () => socket.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
  }
}

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';

import { type CertificatesForTest, certificatesForTest } from './certificates.js';
import { KeptServers } from './kept-servers.js';
import { RedisProcess } from './redis-process.js';

/** A server that speaks TLS and lets in only who has a certificate of the test's authority. */
export interface RedisTlsForTest {
  /** `rediss://127.0.0.1:…` */
  readonly url: string;
  readonly certificates: CertificatesForTest;
  close(): Promise<void>;
}

/**
 * Starts a redis-server with TLS on a free port of 127.0.0.1; it ends with this process. One that was
 * built without TLS, as the packaged Valkey is, gets it from Node, which forwards to it.
 */
export async function redisTlsForTest(): Promise<RedisTlsForTest> {
  const servers = new KeptServers();
  try {
    const certificates = await certificatesForTest();
    const own = await startWithTls(servers, certificates);
    if (own) {
      const url = `rediss://127.0.0.1:${own.port}`;
      return { url, certificates, close: async () => servers.close() };
    }
    const plain = await RedisProcess.start(servers, { settings: (port) => [`port ${port}`] });
    const front = await terminateTls(certificates, plain.port);
    return {
      url: `rediss://127.0.0.1:${front.port}`,
      certificates,
      close: async () => {
        await front.close();
        await servers.close();
      },
    };
  } catch (error) {
    await servers.close();
    throw error;
  }
}

/** Undefined where the server was built without. */
async function startWithTls(
  servers: KeptServers,
  { ca, server }: CertificatesForTest,
): Promise<RedisProcess | undefined> {
  try {
    return await RedisProcess.start(servers, {
      isPlain: false,
      files: { 'ca.pem': ca, 'server.pem': server.cert, 'server.key': server.key },
      settings: (port) => [
        'port 0',
        `tls-port ${port}`,
        'tls-ca-cert-file ca.pem',
        'tls-cert-file server.pem',
        'tls-key-file server.key',
        'tls-auth-clients yes',
      ],
    });
  } catch (error) {
    if (/TLS support|Bad directive/.test(String(error))) return undefined;
    throw error;
  }
}

async function terminateTls({ ca, server }: CertificatesForTest, port: number) {
  const sockets = new Set<TLSSocket>();
  const front = createServer(
    { ...server, ca, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      const upstream = connect(port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      // Whichever side breaks takes the other with it.
      socket.on('error', () => undefined).on('close', () => upstream.destroy());
      upstream.on('error', () => undefined).on('close', () => socket.destroy());
    },
  );
  // Of clients that are refused.
  front.on('tlsClientError', () => undefined);
  return {
    port: await listen(front),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      front.close();
      await once(front, 'close');
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

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

/** Starts a redis-server with TLS on a free port of 127.0.0.1; it ends with this process. */
export async function redisTlsForTest(): Promise<RedisTlsForTest> {
  const servers = new KeptServers();
  try {
    const certificates = await certificatesForTest();
    const { url } = await RedisProcess.start(servers, { tls: certificates });
    return { url, certificates, close: async () => servers.close() };
  } catch (error) {
    await servers.close();
    throw error;
  }
}

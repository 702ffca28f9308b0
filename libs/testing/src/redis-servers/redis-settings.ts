import type { CertificatesForTest } from './certificates.js';
import { serversAddress } from './tls-front.js';

/** What a server's file of settings says, and which files it names. */
export interface RedisSettings {
  readonly lines: readonly string[];
  /** Their texts, by the names that they have in its folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** Where a server listens. */
export interface Listening {
  /** The port of the process itself. */
  readonly port: number;
  readonly isSentinel: boolean;
  /** Undefined without TLS. */
  readonly tls: CertificatesForTest | undefined;
  /** The port of the front that speaks TLS for it; undefined where it speaks TLS itself, or none. */
  readonly frontPort: number | undefined;
}

/** How it is reached: plainly, by TLS of its own, or behind a front. */
export function listeningSettings({ port, tls, frontPort, isSentinel }: Listening): RedisSettings {
  if (!tls) return { lines: [`port ${port}`], files: {} };
  if (frontPort === undefined) return ownTls(port, tls);
  const kinds = isSentinel ? ['sentinel'] : ['cluster', 'replica'];
  const announcing = kinds.flatMap((kind) => {
    const directive = kind === 'sentinel' ? 'sentinel announce' : `${kind}-announce`;
    return [`${directive}-ip 127.0.0.1`, `${directive}-port ${frontPort}`];
  });
  return {
    lines: [`port ${port}`, `bind-source-addr ${serversAddress}`, ...announcing],
    files: {},
  };
}

/** Towards clients, and as a client of its like. */
function ownTls(port: number, { ca, server, client }: CertificatesForTest): RedisSettings {
  return {
    lines: [
      'port 0',
      `tls-port ${port}`,
      'tls-ca-cert-file ca.pem',
      'tls-cert-file server.pem',
      'tls-key-file server.key',
      'tls-client-cert-file client.pem',
      'tls-client-key-file client.key',
      'tls-auth-clients yes',
      'tls-replication yes',
      'tls-cluster yes',
    ],
    files: {
      'ca.pem': ca,
      'server.pem': server.cert,
      'server.key': server.key,
      'client.pem': client.cert,
      'client.key': client.key,
    },
  };
}

/** Why a server that was built without TLS does not start with the settings for it. */
export function lacksTls(error: unknown): boolean {
  return /TLS support|Bad directive/.test(String(error));
}

/** What it asks of clients, and shows to others of its kind. */
export function passwordSettings(password: string, isSentinel: boolean): string[] {
  const others = isSentinel ? 'sentinel sentinel-pass' : 'masterauth';
  return [`requirepass ${password}`, `${others} ${password}`];
}

import { generate } from 'selfsigned';

/** A key and its certificate, as PEM. */
export interface CertifiedKey {
  readonly key: string;
  readonly cert: string;
}

/** What TLS needs on both sides. */
export interface CertificatesForTest {
  /** The authority's certificate: whom to trust. */
  readonly ca: string;
  /** For 127.0.0.1 and localhost. */
  readonly server: CertifiedKey;
  readonly client: CertifiedKey;
}

const elliptic = { keyType: 'ec', algorithm: 'sha256' } as const;

/** An authority of this test alone, and what it certified. */
export async function certificatesForTest(): Promise<CertificatesForTest> {
  const authority = await generate([{ name: 'commonName', value: 'authority for a test' }], {
    ...elliptic,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { key: authority.private, cert: authority.cert };
  const [server, client] = await Promise.all([
    generate([{ name: 'commonName', value: 'server' }], {
      ...elliptic,
      ca,
      extensions: [
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    }),
    generate([{ name: 'commonName', value: 'client' }], {
      ...elliptic,
      ca,
      extensions: [{ name: 'extKeyUsage', clientAuth: true }],
    }),
  ]);
  return {
    ca: ca.cert,
    server: { key: server.private, cert: server.cert },
    client: { key: client.private, cert: client.cert },
  };
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { v7 as uuidv7 } from 'uuid';

const KEY_ID = 'test-key';

/** A person who signed in. */
export interface Person {
  readonly accountId: string;
  /** The headers of that person's requests. */
  readonly headers: { readonly authorization: string };
}

/** What may differ from an access token that users would issue. */
export interface TokenChanges {
  readonly claims?: JWTPayload;
  readonly header?: Record<string, unknown>;
  readonly expiresIn?: string;
}

/** Stands where users does for tokens: signs them and serves the public key over HTTP. */
export class TokenIssuer implements AsyncDisposable {
  private constructor(
    private readonly server: Server,
    private readonly privateKey: CryptoKey,
  ) {}

  static async start(): Promise<TokenIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'EdDSA', use: 'sig' };
    const keySet = JSON.stringify({ keys: [jwk] });
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(keySet);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TokenIssuer(server, privateKey);
  }

  get jwksUrl(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/.well-known/jwks.json`;
  }

  /** Signs a new person in. */
  async person(accountId: string = uuidv7()): Promise<Person> {
    const authorization = `Bearer ${await this.token(accountId)}`;
    return { accountId, headers: { authorization } };
  }

  async people(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, async () => this.person()));
  }

  async token(subject: string, { claims, header, expiresIn = '15m' }: TokenChanges = {}) {
    return new SignJWT({ roles: ['member'], jti: uuidv7(), ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: KEY_ID, ...header })
      .setSubject(subject)
      .setIssuer(typeof claims?.iss === 'string' ? claims.iss : 'trilith')
      .setAudience(typeof claims?.aud === 'string' ? claims.aud : 'trilith')
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(this.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

import { Injectable } from '@nestjs/common';
import { CallerIdentity } from '@trilith/service';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from './bearer-token.js';
import { TokenVerifier } from './token-verifier.js';

/** Tells the limits of a service who is signed in: a token that is not good stands for nobody. */
@Injectable()
export class TokenIdentity extends CallerIdentity {
  constructor(private readonly verifier: TokenVerifier) {
    super();
  }

  async accountOf({ headers }: FastifyRequest): Promise<string | undefined> {
    if (headers.authorization === undefined) return undefined;
    try {
      return (await this.verifier.verify(bearerToken(headers.authorization))).accountId;
    } catch {
      // Whether the route takes such a token is its own guard's to say.
      return undefined;
    }
  }
}

import type { ExecutionContext } from '@nestjs/common';
import type { ClientAddresses } from '@trilith/rate-limit';
import type { FastifyRequest } from 'fastify';

import type { CallerIdentity } from './caller-identity.js';

/** By whom requests are counted: the account when signed in, else the address. */
export class Callers {
  private readonly accounts = new WeakMap<FastifyRequest, string>();

  /** @param identity undefined in a service where nobody signs in */
  constructor(
    private readonly addresses: ClientAddresses,
    private readonly identity: CallerIdentity | undefined,
  ) {}

  /** The key of the limit that is for every request. Finds out who is signed in. */
  async keyOf(context: ExecutionContext): Promise<string> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const address = this.addresses.keyOf(request);
    const account = await this.identity?.accountOf(request);
    if (account === undefined) return `address:${address}`;
    this.accounts.set(request, account);
    return `account:${account}`;
  }

  /** The account that {@link keyOf} found: it was asked first, for it is before all other guards. */
  accountOf(context: ExecutionContext): string | undefined {
    return this.accounts.get(context.switchToHttp().getRequest<FastifyRequest>());
  }
}

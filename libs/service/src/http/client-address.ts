import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ClientAddresses } from '@trilith/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import type { TrustedProxies } from './trusted-proxies.js';

const ADDRESSES = Symbol('client addresses');

const UNTRUSTED =
  'X-Forwarded-For arrived and is not believed, for no proxy is trusted: behind a proxy all clients ' +
  'look like one. Set TRUSTED_PROXIES to how many proxies there are, or to their addresses.';

/** What tells where requests come from, by the proxies that a service trusts. */
export function clientAddresses(trusted: TrustedProxies, logger: Logger): ClientAddresses {
  return new ClientAddresses({
    trustedProxies: trusted,
    onUntrustedHeader: () => logger.warn(UNTRUSTED),
  });
}

/** Makes {@link clientAddressOf} work for all requests of a server. */
export function tellAddresses(fastify: FastifyInstance, addresses: ClientAddresses): void {
  fastify.decorate(ADDRESSES, addresses);
}

/**
 * Where a request comes from, in a way that its sender cannot choose: what limits count by, what
 * traces show. Fastify's own `ip` knows of no proxy. Empty on a connection without an address.
 */
export function clientAddressOf(request: FastifyRequest): string {
  return request.server.getDecorator<ClientAddresses>(ADDRESSES).of(request) ?? '';
}

/**
 * What to know a client by again: its address, of IPv6 the network that is taken to be its own, as limits
 * count it. `unknown` on a connection without an address.
 */
export function clientNetworkOf(request: FastifyRequest): string {
  return request.server.getDecorator<ClientAddresses>(ADDRESSES).keyOf(request);
}

/** Injects {@link clientAddressOf} into a route, in place of Nest's `@Ip()`. */
export const ClientAddress = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  clientAddressOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

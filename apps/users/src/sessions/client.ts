import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { clientAddressOf, clientNetworkOf } from '@trilith/service';
import type { FastifyRequest } from 'fastify';

const LONGEST_DEVICE = 200;
const LONGEST_ADDRESS = 64;

/** Who is at the other end, as far as a request tells. */
export interface Client {
  /** What it calls itself in `User-Agent`: shown to the person, believed by nobody. */
  readonly device: string;
  /** Where the request comes from; empty where that is not known. */
  readonly address: string;
  /** What it is known by again: the address, or the range of IPv6 that it is taken to have. */
  readonly network: string;
}

/** Injects the {@link Client} of a request. */
export const FromClient = createParamDecorator((_: unknown, context: ExecutionContext): Client => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return {
    device: deviceOf(request.headers['user-agent']),
    address: clientAddressOf(request).slice(0, LONGEST_ADDRESS),
    network: clientNetworkOf(request).slice(0, LONGEST_ADDRESS),
  };
});

function deviceOf(userAgent = ''): string {
  // Controls and lone surrogates are nothing to show, and a database holds no U+0000.
  const shown = userAgent.replaceAll(/\p{C}/gu, '').trim();
  // A character cut in half is no character.
  return shown.slice(0, LONGEST_DEVICE).toWellFormed();
}

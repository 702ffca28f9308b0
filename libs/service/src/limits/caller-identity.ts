import type { FastifyRequest } from 'fastify';

/** Tells who is signed in, before any route's own guard has looked; provided by `@trilith/auth`. */
export abstract class CallerIdentity {
  /** The account's id; undefined without an access token, and where it cannot be told to be good. */
  abstract accountOf(request: FastifyRequest): Promise<string | undefined>;
}

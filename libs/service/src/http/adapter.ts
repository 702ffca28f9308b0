import type { Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CORRELATION_HEADER, requestCorrelationId } from '../correlation/correlation.js';
import { httpProblem } from '../problems/http-problems.js';
import { PROBLEM_TYPE, problem } from '../problems/problem.js';
import { BODY_LIMIT } from './json-body.js';
import { logUnroutable } from './request-observer.js';
import { answerUnparsable, answerWhatNodeRefuses } from './unparsable.js';

const SECOND = 1_000;
/** Further ones are closed at once: each costs memory and a file descriptor. */
const MOST_CONNECTIONS = 10_000;

/** Fastify, with limits on all that a client can make us hold. */
export function createAdapter(logger: Logger): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: requestCorrelationId,
    forceCloseConnections: 'idle',
    // The whole request must arrive within this, or it is answered by 408.
    requestTimeout: 30 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    // A request without a Host is refused by a hook, with a problem, instead of by Node without.
    http: { headersTimeout: 20 * SECOND, maxHeaderSize: 16 * 1024, requireHostHeader: false },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const status = answerUnroutable(error, request, reply);
      logUnroutable(logger, request, status);
    },
    clientErrorHandler: answerUnparsable,
  });
  const server: Server = adapter.getHttpServer();
  server.maxConnections = MOST_CONNECTIONS;
  answerWhatNodeRefuses(server);
  return adapter;
}

/** A URL that the router cannot decode, or a part of it that is too long: no route, no hooks. */
function answerUnroutable(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): number {
  const body = httpProblem(error) ?? problem(400, { code: 'bad_request' });
  void reply
    .code(body.status)
    .header('content-type', PROBLEM_TYPE)
    .header(CORRELATION_HEADER, request.id)
    .send(JSON.stringify({ ...body, correlationId: request.id }));
  return body.status;
}

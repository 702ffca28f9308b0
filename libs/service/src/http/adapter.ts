import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { CORRELATION_HEADER, requestCorrelationId } from '../correlation/correlation.js';
import { httpProblem } from '../problems/http-problems.js';
import { PROBLEM_TYPE, problem, type Problem } from '../problems/problem.js';
import { BODY_LIMIT } from './json-body.js';

const SECOND = 1_000;

/** Fastify, with limits on all that a client can make us hold. */
export function createAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: requestCorrelationId,
    forceCloseConnections: 'idle',
    // The whole request must arrive within this, or it is answered by 408.
    requestTimeout: 30 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    http: { headersTimeout: 20 * SECOND, maxHeaderSize: 16 * 1024 },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnparsable,
  });
}

/** A URL that the router cannot decode, or a part of it that is too long: no route, no hooks. */
function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const body = httpProblem(error) ?? problem(400, { code: 'bad_request' });
  void reply
    .code(body.status)
    .header('content-type', PROBLEM_TYPE)
    .header(CORRELATION_HEADER, request.id)
    .send(JSON.stringify({ ...body, correlationId: request.id }));
}

const UNPARSABLE: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: problem(431, { code: 'headers_too_large' }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: problem(413, { code: 'body_too_large' }),
  ERR_HTTP_REQUEST_TIMEOUT: problem(408, { code: 'request_timeout' }),
};

/** What came in is no HTTP: there is no request to answer, so the answer is written by hand. */
function answerUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = UNPARSABLE[error.code ?? ''] ?? problem(400, { code: 'malformed_request' });
  const body = JSON.stringify(answer);
  socket.end(
    [
      `HTTP/1.1 ${answer.status} ${answer.title}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

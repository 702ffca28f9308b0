import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_TYPE, problem, type Problem } from '../problems/problem.js';

const BY_PARSER_CODE: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: problem(431, { code: 'headers_too_large' }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: problem(413, { code: 'body_too_large' }),
  ERR_HTTP_REQUEST_TIMEOUT: problem(408, { code: 'request_timeout' }),
};

/** What came in is no HTTP: there is no request to answer, so the answer is written by hand. */
export function answerUnparsable(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else
    endWith(
      socket,
      BY_PARSER_CODE[error.code ?? ''] ?? problem(400, { code: 'malformed_request' }),
    );
}

/** Requests that Node answers by itself, with an empty body or none: here they get a problem too. */
export function answerWhatNodeRefuses(server: Server): void {
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWith(socket, problem(405, { code: 'method_not_allowed', detail: 'This is no proxy.' }));
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const answer = problem(417, { code: 'expectation_failed' });
    const body = JSON.stringify(answer);
    response.writeHead(answer.status, headersFor(body)).end(body);
  });
}

function endWith(socket: Duplex, answer: Problem): void {
  const body = JSON.stringify(answer);
  const headers = Object.entries(headersFor(body)).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${answer.status} ${answer.title}`, ...headers].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`);
}

function headersFor(body: string): Record<string, string | number> {
  return {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
}

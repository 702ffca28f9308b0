import { types } from 'node:util';
import { HttpException } from '@nestjs/common';
import { problem, type Problem } from './problem.js';

/** Faults that the HTTP server finds itself, by its code for them. */
const BY_SERVER_CODE: Record<string, { status: number; code: string; detail: string }> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    code: 'malformed_json',
    detail: 'The body is not valid JSON, or has a key such as __proto__ in it.',
  },
  HOST_MISSING: { status: 400, code: 'host_missing', detail: 'The request has no Host header.' },
  JSON_NOT_UTF8: {
    status: 400,
    code: 'malformed_json',
    detail: 'The body holds bytes that are not UTF-8.',
  },
  JSON_KEY_TWICE: {
    status: 400,
    code: 'malformed_json',
    detail: 'The body gives a key twice in one object.',
  },
  JSON_TOO_DEEP: { status: 400, code: 'json_too_deep', detail: 'The JSON is nested too deep.' },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body_too_large',
    detail: 'The body is too large.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    detail:
      'A body must be sent as application/json, and a patch as application/merge-patch+json where ' +
      'the description of the route says so.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'bad_content_length',
    detail: 'The body is not as long as its Content-Length says.',
  },
  FST_ERR_BAD_URL: { status: 400, code: 'bad_url', detail: 'The URL is not encoded correctly.' },
  FST_ERR_MAX_PARAM_LENGTH: {
    status: 414,
    code: 'url_too_long',
    detail: 'A part of the path is too long.',
  },
};

const BY_STATUS: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'body_too_large',
  414: 'url_too_long',
  415: 'unsupported_media_type',
  428: 'precondition_required',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** The problem for an error of the HTTP layer, or undefined when it is none that a caller caused. */
export function httpProblem(error: unknown): Problem | undefined {
  const serverFault = BY_SERVER_CODE[codeOf(error) ?? ''];
  if (serverFault !== undefined) return problem(serverFault.status, serverFault);
  const status = statusOf(error);
  if (status === undefined || status < 400 || (status >= 500 && status !== 503)) return undefined;
  const detail = error instanceof HttpException && status < 500 ? error.message : undefined;
  return problem(status, { code: BY_STATUS[status] ?? 'refused', ...(detail && { detail }) });
}

function codeOf(error: unknown): string | undefined {
  const inner = error instanceof HttpException ? error.cause : error;
  const code = isError(inner) && 'code' in inner ? inner.code : undefined;
  if (typeof code === 'string') return code;
  // The JSON parser's own error, marked as the client's fault by the HTTP layer.
  return inner instanceof SyntaxError && 'statusCode' in inner
    ? 'FST_ERR_CTP_INVALID_JSON_BODY'
    : undefined;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = isError(error) && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** Also an error of Node's core, which belongs to another realm where a test runner makes one. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

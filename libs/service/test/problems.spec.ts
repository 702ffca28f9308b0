import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DomainError,
  ErrorTranslators,
  isStoreFailure,
  type DomainErrorKind,
} from '../src/index.js';
import { runShelf, type RunningService } from './running-service.js';

const ID = '0198c1a0-0000-7000-8000-000000000001';
let service: RunningService;

beforeAll(async () => {
  service = await runShelf();
});
afterAll(async () => {
  await service.app.close();
});

/** Has the service's own code throw, and gives the answer and the log lines of that request. */
async function answerTo(fault: unknown) {
  const before = service.log().length;
  service.shelf.fault = fault;
  const response = await fetch(`${service.url}/v1/books/${ID}?token=abc`);
  service.shelf.fault = undefined;
  const body = (await response.json()) as Record<string, unknown>;
  const lines = service.log().slice(before);
  return { status: response.status, headers: response.headers, body, lines };
}

class AnyError extends DomainError {
  readonly code = 'any_code';
  constructor(readonly kind: DomainErrorKind) {
    super('A sentence for the caller.', { facts: { answer: 42 }, cause: new Error('inside') });
  }
}

function errorWith(fields: Record<string, unknown>): Error {
  return Object.assign(new Error('secret detail of the inside'), fields);
}

function named(name: string): Error {
  return Object.assign(new Error('inside'), { name });
}

describe('a domain error', () => {
  it.each<[DomainErrorKind, number]>([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['conflict', 409],
    ['precondition_failed', 412],
    ['too_large', 413],
    ['precondition_required', 428],
    ['rate_limited', 429],
    ['unavailable', 503],
  ])('of kind %s should be answered with status %i and its facts', async (kind, status) => {
    const { body, ...answer } = await answerTo(new AnyError(kind));

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: 'urn:problem-type:trilith:any_code',
      title: expect.any(String),
      status,
      code: 'any_code',
      detail: 'A sentence for the caller.',
      facts: { answer: 42 },
      instance: `/v1/books/${ID}`,
      correlationId: answer.headers.get('x-correlation-id'),
    });
  });

  it('should come with the headers that its status asks for', async () => {
    const unauthenticated = await answerTo(new AnyError('unauthenticated'));
    const unavailable = await answerTo(new AnyError('unavailable'));

    expect(unauthenticated.headers.get('www-authenticate')).toBe('Bearer');
    expect(unavailable.headers.get('retry-after')).toBe('1');
  });

  it('should be recognised by its shape when a library made it', async () => {
    const { status, body } = await answerTo(errorWith({ code: 'cursor_invalid', kind: 'invalid' }));

    expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'cursor_invalid' });
  });
});

describe('an error that nobody knows', () => {
  it('should tell no more than where to look, and be logged with its cause', async () => {
    const fault = errorWith({ parameters: ['hash-of-a-password'], query: 'SELECT secret' });
    fault.cause = new Error('the cause');
    const { status, body, lines } = await answerTo(fault);

    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/secret|hash|SELECT|node_modules/);
    expect(body).toMatchObject({ code: 'internal', correlationId: expect.any(String) });
    const logged = lines.find(({ level }) => level === 'error');
    expect(logged).toMatchObject({
      correlationId: body['correlationId'],
      err: { message: 'secret detail of the inside', cause: { message: 'the cause' } },
    });
    expect(JSON.stringify(lines)).not.toMatch(/hash-of-a-password|SELECT secret/);
  });

  it.each([
    ['a string', 'oops'],
    ['nothing', null],
    ['an object', { status: 200 }],
  ])('should be a 500 when %s was thrown', async (_what, thrown) => {
    expect((await answerTo(thrown)).status).toBe(500);
  });

  it('should not be mistaken for a store that is away', () => {
    expect(isStoreFailure(errorWith({ code: '23505' }))).toBe(false);
    expect(isStoreFailure(errorWith({ code: 11000 }))).toBe(false);
    expect(isStoreFailure(new TypeError('Connection is not a function'))).toBe(false);
    expect(isStoreFailure(undefined)).toBe(false);
  });
});

describe('a store that is away', () => {
  it.each<[string, unknown]>([
    ['pg: refused', errorWith({ code: 'ECONNREFUSED' })],
    ['pg: all addresses refused', new AggregateError([errorWith({ code: 'ECONNREFUSED' })])],
    ['pg: shut down', errorWith({ code: '57P01' })],
    ['pg: statement timeout', errorWith({ code: '57014' })],
    ['pg: too many connections', errorWith({ code: '53300' })],
    ['pg: deadlock', errorWith({ code: '40P01' })],
    ['pg-pool: no connection in time', new Error('timeout exceeded when trying to connect')],
    ['pg: cut', new Error('Connection terminated unexpectedly')],
    ['TypeORM around pg', errorWith({ driverError: errorWith({ code: '08006' }) })],
    ['MongoDB: no server', named('MongoServerSelectionError')],
    ['MongoDB: network', named('MongoNetworkTimeoutError')],
    ['MongoDB: stepping down', errorWith({ code: 189 })],
    ['MongoDB: time limit', errorWith({ code: 50 })],
    [
      'Mongoose: not connected',
      new Error('Cannot call `posts.find()` before initial connection is complete'),
    ],
    ['ioredis: timeout', new Error('Command timed out')],
    ['ioredis: closed', new Error('Connection is closed.')],
    ['ioredis: retries', named('MaxRetriesPerRequestError')],
    ['Redis: loading', new Error('LOADING Redis is loading the dataset')],
    [
      'Redis: read-only replica',
      new Error("READONLY You can't write against a read only replica."),
    ],
    [
      'fetch: cut',
      Object.assign(new TypeError('fetch failed'), {
        cause: errorWith({ code: 'UND_ERR_SOCKET' }),
      }),
    ],
    ['a deadline', AbortSignal.abort(new DOMException('late', 'TimeoutError')).reason],
  ])('should be a 503 that says when to come back: %s', async (_what, fault) => {
    const { status, headers, body, lines } = await answerTo(fault);

    expect({ status, code: body['code'] }).toEqual({ status: 503, code: 'unavailable' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toContain('inside');
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
  });

  it('should be recognised by a real error of the network', async () => {
    const refused = await new Promise((resolve) => {
      connect(1, '127.0.0.1').on('error', resolve);
    });

    expect((await answerTo(refused)).status).toBe(503);
  });
});

describe("an app's own translation", () => {
  it('should come before the ones that are built in', async () => {
    service.app
      .get(ErrorTranslators)
      .register((error) =>
        (error as { code?: string } | undefined)?.code === '23505'
          ? new AnyError('conflict')
          : undefined,
      );

    expect((await answerTo(errorWith({ code: '23505' }))).status).toBe(409);
  });
});

describe('a message handler', () => {
  it('should answer with what it returns', async () => {
    await expect(service.transport.ask('books.get', { id: ID })).resolves.toMatchObject({ id: ID });
  });

  it('should answer a domain error with its code, kind and facts', async () => {
    const id = '0198c1a0-0000-7000-8000-00000000000f';

    await expect(service.transport.ask('books.get', { id })).rejects.toEqual({
      code: 'book_not_found',
      kind: 'not_found',
      message: 'There is no such book.',
      facts: { id },
    });
  });

  it('should refuse a payload that breaks its schema', async () => {
    await expect(service.transport.ask('books.get', { id: 7 })).rejects.toMatchObject({
      code: 'validation_failed',
      kind: 'invalid',
      facts: { errors: [{ in: 'body', path: '$.id' }] },
    });
  });

  it('should answer an unknown error without what is inside, and log it', async () => {
    service.shelf.fault = new Error('secret');

    await expect(service.transport.ask('books.get', { id: ID })).rejects.toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('secret'),
    });
    service.shelf.fault = undefined;
    expect(service.log().at(-1)).toMatchObject({ level: 'error', err: { message: 'secret' } });
  });
});

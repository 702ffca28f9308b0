import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MessageContext, MetricsRegistry } from '../src/index.js';
import { createLogger } from '../src/logging/logger.js';
import { runShelf, type RunningService } from './running-service.js';

const BOOK = '/v1/books/0198c1a0-0000-7000-8000-000000000001';
let service: RunningService;

beforeAll(async () => {
  service = await runShelf();
});
afterAll(async () => {
  await service.app.close();
});

async function get(path: string, headers: Record<string, string> = {}) {
  const before = service.log().length;
  const response = await fetch(service.url + path, { headers });
  const body = await response.text();
  const lines = service.log().slice(before);
  return { body, lines, correlationId: response.headers.get('x-correlation-id') };
}

describe('a correlation id', () => {
  it('should be taken from the request, echoed, and stand in each line of its log', async () => {
    const sent = 'order-4711.retry:2';
    const { lines, correlationId } = await get(BOOK, { 'x-correlation-id': sent });

    expect(correlationId).toBe(sent);
    expect(lines.map(({ msg }) => msg)).toEqual(['looking', 'request']);
    expect(lines.map((line) => line['correlationId'])).toEqual([sent, sent]);
  });

  it.each([
    ['none', undefined],
    ['a short one', 'abc'],
    ['a huge one', 'a'.repeat(500)],
    ['one with odd characters', 'abcdefgh"}{'],
    ['one with spaces', 'abcd efgh'],
  ])('should be made where the request has %s', async (_what, sent) => {
    const { correlationId } = await get(
      BOOK,
      sent === undefined ? {} : { 'x-correlation-id': sent },
    );

    expect(correlationId).toMatch(/^[\da-f-]{36}$/);
  });

  it('should not mix between requests at the same time', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `request-number-${index}`);
    const before = service.log().length;
    await Promise.all(
      ids.map((id) => fetch(service.url + BOOK, { headers: { 'x-correlation-id': id } })),
    );

    const looked = service
      .log()
      .slice(before)
      .filter(({ msg }) => msg === 'looking');
    expect(looked).toHaveLength(ids.length);
    expect(new Set(looked.map((line) => line['correlationId']))).toEqual(new Set(ids));
  });

  it('should last through the reading of a body', async () => {
    const before = service.log().length;
    await fetch(`${service.url}/v1/books`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-correlation-id': 'with-a-body' },
      body: JSON.stringify({ title: 'a', pages: 1, tags: ['log'] }),
    });

    const line = service
      .log()
      .slice(before)
      .find(({ msg }) => msg === 'adding');
    expect(line?.['correlationId']).toBe('with-a-body');
  });

  it('should travel by the headers of messages', async () => {
    const context = service.app.get(MessageContext);
    const headers = await context.run({ 'x-correlation-id': 'from-afar' }, async () =>
      context.headers(),
    );

    expect(headers).toEqual({ 'x-correlation-id': 'from-afar' });
    expect(context.headers()['x-correlation-id']).toMatch(/^[\da-f-]{36}$/);
    const made = await context.run({}, async () => [context.headers(), context.headers()]);
    expect(made[0]).toEqual(made[1]);
  });
});

describe('the access log', () => {
  it('should have one line a request: pattern, status, duration, and no query', async () => {
    const { lines } = await get('/v1/books?limit=5&token=abc');

    expect(lines.filter(({ msg }) => msg === 'request')).toEqual([
      expect.objectContaining({
        service: 'shelf',
        level: 'info',
        method: 'GET',
        path: '/v1/books',
        route: '/v1/books',
        status: 400,
        durationMs: expect.any(Number),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('abc');
  });

  it('should have a line for a URL that no route can read', async () => {
    const { lines, correlationId } = await get('/%zz');

    expect(lines).toMatchObject([{ msg: 'request', path: '/%zz', status: 400, correlationId }]);
  });

  it.each(['/health/live', '/health/ready', '/metrics'])('should leave out %s', async (path) => {
    expect((await get(path)).lines).toEqual([]);
  });
});

describe('the metrics', () => {
  it('should count requests by pattern, method and status, and describe the process', async () => {
    await get(BOOK);
    await get('/v1/books/0198c1a0-0000-7000-8000-00000000000f');
    await get('/a/path/that/nobody/knows');
    const { body } = await get('/metrics');

    expect(body).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/v1\/books\/:id",status="200"\} [1-9]/,
    );
    expect(body).toMatch(/_count\{method="GET",route="\/v1\/books\/:id",status="404"\} 1/);
    expect(body).toMatch(/_count\{method="GET",route="unmatched",status="404"\} 1/);
    expect(body).not.toContain('nobody');
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('should be open to those of an app', async () => {
    expect(service.app.get(MetricsRegistry).getMetricsAsArray().length).toBeGreaterThan(10);
  });
});

function lineOf(fields: object): Record<string, unknown> {
  const lines: string[] = [];
  const logTo = { write: (line: string) => void lines.push(line) };
  createLogger('shelf', { logLevel: 'info', logFormat: 'json' }, logTo).info(fields, 'a line');
  return JSON.parse(lines[0] ?? '{}');
}

describe('a log line', () => {
  it.each([
    { password: 'hunter2' },
    { account: { password: 'hunter2' } },
    { token: 'hunter2' },
    { session: { accessToken: 'hunter2' } },
    { headers: { authorization: 'hunter2', cookie: 'hunter2' } },
    { request: { headers: { authorization: 'hunter2', cookie: 'hunter2' } } },
  ])('should not hold a secret: %j', (fields) => {
    const line = JSON.stringify(lineOf(fields));

    expect(line).toContain('[redacted]');
    expect(line).not.toContain('hunter2');
  });

  it('should give the time, the level by name and the service', () => {
    expect(lineOf({ figure: 1 })).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      service: 'shelf',
      figure: 1,
      msg: 'a line',
    });
  });

  it('should be readable on a terminal', () => {
    const lines: string[] = [];
    const logTo = { write: (line: string) => void lines.push(line) };
    createLogger('shelf', { logLevel: 'info', logFormat: 'pretty' }, logTo).info(
      { books: 3 },
      'counted',
    );

    expect(lines.join('')).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] .*INFO.*shelf.*counted.*"?books"?:? ?3/,
    );
    expect(lines.join('')).not.toMatch(/^\{/);
  });
});

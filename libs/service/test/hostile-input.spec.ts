import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runShelf, sendRaw, type RunningService } from './running-service.js';

let service: RunningService;

beforeAll(async () => {
  service = await runShelf();
});
afterAll(async () => {
  await service.app.close();
});

const HEAD = 'host: shelf\r\nconnection: close\r\n';

function get(target: string, headers = ''): string {
  return `GET ${target} HTTP/1.1\r\n${HEAD}${headers}\r\n`;
}

function post(body: string | Buffer, headers = 'content-type: application/json\r\n'): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST /v1/books HTTP/1.1\r\n${HEAD}${headers}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

const CHUNKED = `POST /v1/books HTTP/1.1\r\n${HEAD}content-type: application/json\r\ntransfer-encoding: chunked\r\n`;
const LARGE = 600 * 1024;

describe('a request that nobody should send', () => {
  it.each<[what: string, request: string | Buffer, status: number, code: string]>([
    ['no HTTP at all', '\u0000\u0001 hello\r\n\r\n', 400, 'malformed_request'],
    ['HTTP/2 by mistake', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed_request'],
    ['a made-up method', `FOO / HTTP/1.1\r\n${HEAD}\r\n`, 400, 'malformed_request'],
    [
      'a method that no route has',
      `TRACE /v1/books HTTP/1.1\r\n${HEAD}\r\n`,
      405,
      'method_not_allowed',
    ],
    ['a proxy request', `CONNECT shelf:80 HTTP/1.1\r\n${HEAD}\r\n`, 405, 'method_not_allowed'],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`, 404, 'route_not_found'],
    ['no Host', 'GET /v1/books HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'host_missing'],
    ['an odd expectation', get('/v1/books', 'expect: a miracle\r\n'), 417, 'expectation_failed'],
    ['an over-long URL', get(`/${'a'.repeat(20_000)}`), 431, 'headers_too_large'],
    ['an over-long header', get('/', `x: ${'a'.repeat(20_000)}\r\n`), 431, 'headers_too_large'],
    ['thousands of headers', get('/', 'a: 1\r\n'.repeat(3_000)), 431, 'headers_too_large'],
    ['an over-long id', get(`/v1/books/${'a'.repeat(5_000)}`), 414, 'url_too_long'],
    ['a URL with bad encoding', get('/%zz'), 400, 'bad_url'],
    ['an over-long UTF-8 slash', get('/v1/books/%c0%af'), 400, 'bad_url'],
    ['bytes that no URL has', Buffer.from(get('/\u00ff'), 'latin1'), 400, 'malformed_request'],
    ['U+0000 in an id', get('/v1/books/%00'), 400, 'validation_failed'],
    ['a prototype key as a path', get('/__proto__'), 404, 'route_not_found'],
    ['a prototype key as an id', get('/v1/books/constructor'), 400, 'validation_failed'],
    ['a prototype key in the query', get('/v1/books?__proto__=1'), 400, 'validation_failed'],
    ['an unknown query parameter', get('/v1/books?constructor=1'), 400, 'validation_failed'],
    ['a parameter twice', get('/v1/books?limit=1&limit=2'), 400, 'validation_failed'],
    ['bad encoding in the query', get('/v1/books?limit=%zz'), 400, 'validation_failed'],
    ['thousands of parameters', get(`/v1/books?${'a&'.repeat(5_000)}`), 400, 'validation_failed'],
    ['an unknown route', get('/v2/books'), 404, 'route_not_found'],
    ['two slashes', get('//v1//books'), 404, 'route_not_found'],
    ['a path out of the docs', get('/docs/..%2f..%2fpackage.json'), 404, 'route_not_found'],
    ['a wrong method', `DELETE /v1/books HTTP/1.1\r\n${HEAD}\r\n`, 405, 'method_not_allowed'],
    ['malformed JSON', post('{"title":'), 400, 'malformed_json'],
    ['bytes that are no UTF-8', post(Buffer.from([0x7b, 0xff, 0xfe])), 400, 'malformed_json'],
    [
      'bytes that are no UTF-8 in a text',
      post(
        Buffer.concat([Buffer.from('{"title":"'), Buffer.of(0xff), Buffer.from('","pages":1}')]),
      ),
      400,
      'malformed_json',
    ],
    ['Latin-1', post(Buffer.from('{"title":"é","pages":1}', 'latin1')), 400, 'malformed_json'],
    ['a key twice', post('{"title":"a","pages":1,"title":"b"}'), 400, 'malformed_json'],
    [
      'a key twice, once escaped, deep inside',
      post('{"title":"a","pages":1,"extra":{"a":[{"k":1,"\\u006b":2}]}}'),
      400,
      'malformed_json',
    ],
    ['a hexadecimal number', get('/v1/books?limit=0x10'), 400, 'validation_failed'],
    ['a number with an exponent', get('/v1/books?limit=1e1'), 400, 'validation_failed'],
    ['a number in spaces', get('/v1/books?limit=%207%20'), 400, 'validation_failed'],
    ['no number', get('/v1/books?limit='), 400, 'validation_failed'],
    ['deep arrays', post('['.repeat(200_000)), 400, 'json_too_deep'],
    [
      'deep objects',
      post(`${'{"extra":'.repeat(1_000)}1${'}'.repeat(1_000)}`),
      400,
      'json_too_deep',
    ],
    ['__proto__', post('{"__proto__":{"admin":true}}'), 400, 'malformed_json'],
    ['an escaped __proto__', post('{"__\\u0070roto__":{"admin":true}}'), 400, 'malformed_json'],
    ['constructor.prototype', post('{"constructor":{"prototype":{}}}'), 400, 'malformed_json'],
    ['null', post('null'), 400, 'validation_failed'],
    ['an array for an object', post('[]'), 400, 'validation_failed'],
    ['nothing', post(''), 400, 'validation_failed'],
    ['an infinite number', post('{"title":"a","pages":1e999}'), 400, 'validation_failed'],
    ['a lone surrogate', post('{"title":"\\ud800","pages":1}'), 400, 'validation_failed'],
    ['U+0000 in a text', post('{"title":"a\\u0000","pages":1}'), 400, 'validation_failed'],
    [
      'compressed JSON',
      post(
        Buffer.from([0x1f, 0x8b, 8]),
        'content-type: application/json\r\ncontent-encoding: gzip\r\n',
      ),
      400,
      'malformed_json',
    ],
    ['1 MB of text', post(`{"title":"${'a'.repeat(2 ** 20)}"}`), 413, 'body_too_large'],
    [
      'too much in chunks',
      `${CHUNKED}\r\n${LARGE.toString(16)}\r\n${'a'.repeat(LARGE)}\r\n0\r\n\r\n`,
      413,
      'body_too_large',
    ],
    ['a chunk without a size', `${CHUNKED}\r\nzz\r\n`, 400, 'malformed_request'],
    ['two lengths', `${CHUNKED}content-length: 4\r\n\r\n0\r\n\r\n`, 400, 'malformed_request'],
    [
      'a negative length',
      `POST / HTTP/1.1\r\n${HEAD}content-length: -1\r\n\r\n`,
      400,
      'malformed_request',
    ],
    [
      'a form',
      post('title=a', 'content-type: application/x-www-form-urlencoded\r\n'),
      415,
      'unsupported_media_type',
    ],
    ['no content type', post('{}', ''), 415, 'unsupported_media_type'],
    [
      'a nonsense content type',
      post('{}', 'content-type: ;;/;\r\n'),
      415,
      'unsupported_media_type',
    ],
    [
      'a prototype key as content type',
      post('{}', 'content-type: __proto__\r\n'),
      415,
      'unsupported_media_type',
    ],
  ])('should be answered by a problem: %s', async (_what, request, status, code) => {
    const answer = await sendRaw(service.port, request);

    expect({ status: answer.status, body: JSON.parse(answer.body) }).toMatchObject({
      status,
      body: { status, code, type: `urn:problem-type:trilith:${code}`, title: expect.any(String) },
    });
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(answer.body).not.toMatch(/node_modules|\bat .*:\d+:\d+/);
  });

  it('should be no reason to log an error', () => {
    const levels = service.log().map(({ level }) => level);

    expect(levels).not.toContain('error');
    expect(levels).not.toContain('warn');
  });

  it('should leave the service as it was', async () => {
    const response = await fetch(`${service.url}/v1/books`);

    expect(response.status).toBe(200);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('should be told which methods a path takes', async () => {
    const response = await fetch(`${service.url}/v1/books`, { method: 'DELETE' });

    expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  it('should have a limited time to arrive', () => {
    const { headersTimeout, requestTimeout } = service.app.getHttpServer();

    expect(headersTimeout).toBeLessThanOrEqual(20_000);
    expect(requestTimeout).toBeLessThanOrEqual(30_000);
  });
});

describe('a JSON body', () => {
  it('should be taken when brackets stand in its texts only', async () => {
    const title = '[{"'.repeat(20);
    const response = await fetch(`${service.url}/v1/books`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ title, pages: 1, tags: ['\\', '"', '}]'] }),
    });

    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 201,
      body: { title },
    });
  });

  it('should be checked for thousands of wrong places in a bounded answer', async () => {
    const response = await fetch(`${service.url}/v1/books`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...Object.fromEntries(
          Array.from({ length: 5_000 }, (_, index) => [`field${index}`, index]),
        ),
        tags: Array.from({ length: 50_000 }, () => 1),
      }),
    });

    const body = await response.text();
    expect(response.status).toBe(400);
    expect(body.length).toBeLessThan(5_000);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runShelf, type RunningService } from './running-service.js';

let service: RunningService;
let document: { components: { schemas: Record<string, unknown> }; paths: Record<string, object> };

beforeAll(async () => {
  service = await runShelf();
  document = (await (await fetch(`${service.url}/openapi.json`)).json()) as typeof document;
});
afterAll(async () => {
  await service.app.close();
});

describe('the OpenAPI document', () => {
  it('should hold the schemas of requests and answers as named components', () => {
    expect(document.paths['/v1/books']).toMatchObject({
      post: {
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewBook' } } },
        },
        responses: {
          201: {
            description: 'The book was put on the shelf.',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } },
          },
        },
      },
    });
    expect(document.components.schemas['NewBook']).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['title', 'pages'],
      properties: {
        title: { type: 'string', minLength: 1, maxLength: 80 },
        pages: { type: 'integer', minimum: 1, maximum: 10_000 },
        genre: { type: 'string', enum: ['novel', 'poetry'] },
        tags: { type: 'array', maxItems: 5 },
      },
    });
    expect(document.components.schemas['Book']).toMatchObject({
      description: 'A book on the shelf.',
      properties: { id: { type: 'string', format: 'uuid' }, pages: { type: 'integer' } },
    });
  });

  it('should hold the parameters of paths and queries', () => {
    expect(document.paths['/v1/books']).toMatchObject({
      get: {
        parameters: [
          {
            name: 'limit',
            in: 'query',
            required: false,
            schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
          },
        ],
      },
    });
    expect(document.paths['/v1/books/{id}']).toMatchObject({
      get: { parameters: [{ name: 'id', in: 'path', schema: { type: 'string', format: 'uuid' } }] },
    });
  });

  it('should say of each operation that it may answer with a problem', () => {
    expect(document.paths['/v1/books']).toMatchObject({
      get: {
        responses: {
          default: {
            content: {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
            },
          },
        },
      },
    });
    expect(document.components.schemas['Problem']).toMatchObject({
      properties: { code: { type: 'string' }, errors: { type: 'array' } },
    });
  });

  it('should refer to nothing that it does not hold', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
    const targets = [...references].map(([, target]) => target);

    expect(targets.length).toBeGreaterThan(4);
    for (const target of targets) {
      expect(Object.keys(document.components.schemas)).toContain(target?.split('/').at(-1));
    }
  });

  it('should leave out what is for machines', () => {
    expect(Object.keys(document.paths)).toEqual([
      '/v1/books/slow',
      '/v1/books/{id}',
      '/v1/books',
      '/v1/books/notes',
      '/v1/books/notes/careless',
    ]);
  });
});

describe('the docs page', () => {
  it('should load nothing that its content security policy forbids', async () => {
    const response = await fetch(`${service.url}/docs`);
    const page = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    const scripts = [...page.matchAll(/<script([^>]*)>([^<]*)/g)];

    expect(response.status).toBe(200);
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("'unsafe-inline'");
    // On plain HTTP this would send the browser to an HTTPS port that nobody listens on.
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, inline] of scripts) {
      const source = /src="([^"]+)"/.exec(attributes ?? '')?.[1] ?? '';
      const script = await fetch(new URL(source, `${service.url}/docs`));
      expect({ inline: inline?.trim(), status: script.status }).toEqual({
        inline: '',
        status: 200,
      });
    }
  });
});

describe('each answer', () => {
  it.each(['/v1/books', '/nothing', '/health/live'])(
    'should carry security headers: %s',
    async (path) => {
      const { headers } = await fetch(service.url + path);

      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  it('should hold the fields of its schema and no others', async () => {
    const book = await fetch(`${service.url}/v1/books/0198c1a0-0000-7000-8000-000000000001`);

    expect(Object.keys((await book.json()) as object)).toEqual(['id', 'title', 'pages']);
  });
});

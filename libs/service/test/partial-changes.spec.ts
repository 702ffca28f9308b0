import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runShelf, type RunningService } from './running-service.js';

let service: RunningService;

beforeAll(async () => {
  service = await runShelf();
});
afterAll(async () => {
  await service.app.close();
});

const MERGE_PATCH = 'application/merge-patch+json';

async function patch({ path = 'notes', type = MERGE_PATCH, seen = '"7"', body = '{}' } = {}) {
  const response = await fetch(`${service.url}/v1/books/${path}`, {
    method: 'PATCH',
    headers: { 'content-type': type, ...(seen !== '' && { 'if-match': seen }) },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a route that takes merge patches', () => {
  it.each([MERGE_PATCH, `${MERGE_PATCH}; charset=utf-8`])('should take %s', async (type) => {
    const body = '{"place":{"row":4,"shelf":null},"read":[1]}';

    expect(await patch({ type, body })).toEqual({
      status: 200,
      body: { notes: { place: { row: 4 }, read: [1] } },
    });
  });

  it.each(['application/json', 'application/json-patch+json', 'text/plain'])(
    'should refuse %s, and name what may be sent',
    async (type) => {
      const { status, body } = await patch({ type });

      expect({ status, code: body['code'] }).toEqual({
        status: 415,
        code: 'unsupported_media_type',
      });
      expect(body['detail']).toContain(MERGE_PATCH);
    },
  );

  it.each([
    ['a key twice', '{"a":1,"a":2}', 'malformed_json'],
    ['a prototype', '{"__proto__":{}}', 'malformed_json'],
    ['no JSON', '{"a"', 'malformed_json'],
    ['deep nesting', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, 'json_too_deep'],
    ['a list', '[]', 'validation_failed'],
    ['nothing', '', 'validation_failed'],
  ])('should refuse %s as any other route', async (_what, body, code) => {
    const answer = await patch({ body });

    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 400, code });
  });

  it('should be the only one that does', async () => {
    const response = await fetch(`${service.url}/v1/books`, {
      method: 'POST',
      headers: { 'content-type': MERGE_PATCH },
      body: '{"title":"Ulysses","pages":730}',
    });

    expect(response.status).toBe(415);
  });
});

describe('If-Match', () => {
  it.each(['"7"', '"6", "7"', ' "7" ,"8"', 'W/"7", "7"', '"a,b","7"'])(
    'should let through who has seen the version that is there: %s',
    async (seen) => {
      expect((await patch({ seen })).status).toBe(200);
    },
  );

  it.each(['"6"', 'W/"7"', '"07"', '"6", "8"', '""'])(
    'should refuse who has seen another one, and tell the current one: %s',
    async (seen) => {
      const { status, body } = await patch({ seen });

      expect({ status, code: body['code'] }).toEqual({ status: 412, code: 'precondition_failed' });
      expect(body['facts']).toEqual({ current: '"7"' });
    },
  );

  it.each(['', '*'])('should be demanded: %j', async (seen) => {
    const { status, body } = await patch({ seen });

    expect({ status, code: body['code'] }).toEqual({ status: 428, code: 'precondition_required' });
  });

  it.each(['7', '"7', 'w/"7"', '"6" "7"', '"a\\"7"', ', ', '"'.repeat(15_001)])(
    'should be refused when it is no list of entity tags: %j',
    async (seen) => {
      const { status, body } = await patch({ seen });

      expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'if_match_invalid' });
    },
  );

  it('should be checked only where it is sent, when it is optional', async () => {
    const careless = { path: 'notes/careless' };

    expect((await patch({ ...careless, seen: '' })).body).toEqual({ looked: false });
    expect((await patch({ ...careless, seen: '"7"' })).body).toEqual({ looked: true });
    expect((await patch({ ...careless, seen: '"6"' })).status).toBe(412);
    expect((await patch({ ...careless, seen: '*' })).status).toBe(428);
  });

  it('should stand in the OpenAPI document, as the type of the body does', async () => {
    const response = await fetch(`${service.url}/openapi.json`);
    const { paths } = (await response.json()) as { paths: Record<string, object> };

    expect(paths['/v1/books/notes']).toMatchObject({
      patch: {
        parameters: [{ name: 'If-Match', in: 'header', required: true }],
        requestBody: { content: { [MERGE_PATCH]: {} } },
      },
    });
    expect(paths['/v1/books/notes/careless']).toMatchObject({
      patch: { parameters: [{ name: 'If-Match', in: 'header', required: false }] },
    });
  });
});

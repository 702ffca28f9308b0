import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { call, openStores, startUsers, type Stores } from './users-app.js';

interface Operation {
  summary?: string;
  security?: object[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  parameters?: { name: string; in: string; schema: Schema }[];
  responses: Record<
    string,
    { content?: Record<string, { schema: Schema }>; headers?: Record<string, object> }
  >;
}
interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  [keyword: string]: unknown;
}

describe('the OpenAPI document', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let paths: Record<string, Record<string, Operation>>;
  let schemas: Record<string, Schema>;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    const document = (await call(app, 'GET', '/openapi.json')).body as {
      paths: typeof paths;
      components: { schemas: typeof schemas };
    };
    ({ paths } = document);
    ({ schemas } = document.components);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  const operation = (method: string, path: string): Operation => {
    const found = paths[path]?.[method];
    if (!found) throw new Error(`${method} ${path} is not documented`);
    return found;
  };
  const answer = ({ responses }: Operation, status: number) =>
    Object.keys(responses[status]?.content?.['application/json']?.schema.properties ?? {});
  const question = ({ requestBody }: Operation) =>
    requestBody?.content['application/json']?.schema ?? {};

  it('has every route, and no other', () => {
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.toSorted()).toEqual([
      'delete /v1/admin/accounts/{id}/lock',
      'delete /v1/imports/{id}',
      'delete /v1/sessions/current',
      'delete /v1/sessions/others',
      'delete /v1/sessions/{id}',
      'get /.well-known/jwks.json',
      'get /v1/accounts',
      'get /v1/accounts/by-profile',
      'get /v1/accounts/erasures/{id}',
      'get /v1/accounts/me',
      'get /v1/accounts/me/activity',
      'get /v1/accounts/me/export',
      'get /v1/accounts/me/profile',
      'get /v1/accounts/me/second-factor',
      'get /v1/accounts/search',
      'get /v1/accounts/{id}',
      'get /v1/admin/accounts',
      'get /v1/admin/accounts/{id}',
      'get /v1/imports',
      'get /v1/imports/{id}',
      'get /v1/imports/{id}/progress',
      'get /v1/imports/{id}/refusals',
      'get /v1/reports/account-stats',
      'get /v1/reports/active-accounts',
      'get /v1/reports/sign-ups',
      'get /v1/sessions',
      'patch /v1/accounts/me',
      'patch /v1/accounts/me/profile',
      'patch /v1/imports/{id}',
      'post /v1/accounts',
      'post /v1/accounts/email-confirmations',
      'post /v1/accounts/me/deactivation',
      'post /v1/accounts/me/email/verification',
      'post /v1/accounts/me/erasure',
      'post /v1/accounts/me/second-factor',
      'post /v1/accounts/me/second-factor/confirmation',
      'post /v1/accounts/me/second-factor/recovery-codes',
      'post /v1/accounts/me/second-factor/removal',
      'post /v1/accounts/password-resets',
      'post /v1/accounts/password-resets/confirmation',
      'post /v1/imports',
      'post /v1/reports/account-stats/refresh',
      'post /v1/sessions',
      'post /v1/sessions/refresh',
      'put /v1/accounts/me/email',
      'put /v1/accounts/me/password',
      'put /v1/accounts/me/username',
      'put /v1/admin/accounts/{id}/lock',
      'put /v1/admin/accounts/{id}/role',
    ]);
  });

  it('says of each route what it is for and that it may answer with a problem', () => {
    for (const each of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      expect(each.summary).toEqual(expect.any(String));
      expect(Object.keys(each.responses.default?.content ?? {})).toEqual([
        'application/problem+json',
      ]);
    }
  });

  it('says of each route but that of the keys how it refuses too many requests', () => {
    const limited = Object.entries(paths).filter(([, methods]) =>
      Object.values(methods).every(({ responses }) => {
        const { headers, content } = responses['429'] ?? {};
        return (
          headers?.['Retry-After'] && headers.RateLimit && content?.['application/problem+json']
        );
      }),
    );
    expect(limited.map(([path]) => path).toSorted()).toEqual([
      '/v1/accounts',
      '/v1/accounts/by-profile',
      '/v1/accounts/email-confirmations',
      '/v1/accounts/erasures/{id}',
      '/v1/accounts/me',
      '/v1/accounts/me/activity',
      '/v1/accounts/me/deactivation',
      '/v1/accounts/me/email',
      '/v1/accounts/me/email/verification',
      '/v1/accounts/me/erasure',
      '/v1/accounts/me/export',
      '/v1/accounts/me/password',
      '/v1/accounts/me/profile',
      '/v1/accounts/me/second-factor',
      '/v1/accounts/me/second-factor/confirmation',
      '/v1/accounts/me/second-factor/recovery-codes',
      '/v1/accounts/me/second-factor/removal',
      '/v1/accounts/me/username',
      '/v1/accounts/password-resets',
      '/v1/accounts/password-resets/confirmation',
      '/v1/accounts/search',
      '/v1/accounts/{id}',
      '/v1/admin/accounts',
      '/v1/admin/accounts/{id}',
      '/v1/admin/accounts/{id}/lock',
      '/v1/admin/accounts/{id}/role',
      '/v1/imports',
      '/v1/imports/{id}',
      '/v1/imports/{id}/progress',
      '/v1/imports/{id}/refusals',
      '/v1/reports/account-stats',
      '/v1/reports/account-stats/refresh',
      '/v1/reports/active-accounts',
      '/v1/reports/sign-ups',
      '/v1/sessions',
      '/v1/sessions/current',
      '/v1/sessions/others',
      '/v1/sessions/refresh',
      '/v1/sessions/{id}',
    ]);
    expect(paths['/.well-known/jwks.json']?.get?.responses).not.toHaveProperty('429');
  });

  it('says what each body holds, and that it holds nothing else', () => {
    expect(question(operation('post', '/v1/accounts'))).toMatchObject({
      required: ['email', 'username', 'password', 'displayName'],
      additionalProperties: false,
      properties: {
        email: { type: 'string', format: 'email', maxLength: 254 },
        username: { type: 'string', pattern: expect.any(String) },
        password: { type: 'string', minLength: 8, maxLength: 128 },
        displayName: { type: 'string', minLength: 1, maxLength: 80 },
      },
    });
    expect(question(operation('post', '/v1/sessions'))).toMatchObject({
      required: ['login', 'password'],
      additionalProperties: false,
    });
    const change = question(operation('patch', '/v1/accounts/me'));
    expect(Object.keys(change.properties ?? {})).toEqual(['displayName', 'avatarUrl']);
    expect(change.required).toBeUndefined();
    const patch = operation('patch', '/v1/accounts/me/profile');
    const { schema } = patch.requestBody?.content['application/merge-patch+json'] ?? {};
    expect(schema).toMatchObject({ additionalProperties: false });
    expect(schema?.required).toBeUndefined();
    expect(patch.parameters).toMatchObject([{ name: 'If-Match', in: 'header' }]);
  });

  it('says what each answer holds, and the e-mail address only to its owner', () => {
    const everybody = ['id', 'username', 'displayName', 'bio', 'avatarUrl', 'version', 'createdAt'];
    const owner = [...everybody, 'email', 'emailVerified', 'updatedAt'];
    expect(answer(operation('get', '/v1/accounts/{id}'), 200)).toEqual(everybody);
    expect(answer(operation('get', '/v1/accounts/me'), 200)).toEqual(owner);
    expect(answer(operation('patch', '/v1/accounts/me'), 200)).toEqual(owner);
    expect(answer(operation('post', '/v1/accounts'), 201)).toEqual(owner);
    const session = [
      'accessToken',
      'tokenType',
      'expiresIn',
      'refreshToken',
      'refreshExpiresIn',
      'sessionId',
      'accountId',
    ];
    expect(answer(operation('post', '/v1/sessions'), 201)).toEqual(session);
    expect(answer(operation('post', '/v1/sessions/refresh'), 200)).toEqual(session);
    const page = ['items', 'nextCursor', 'previousCursor'];
    for (const path of ['/v1/accounts', '/v1/accounts/by-profile', '/v1/accounts/search']) {
      const { schema } = operation('get', path).responses[200]?.content?.['application/json'] ?? {};
      const $ref = String(schema?.$ref);
      const { properties = {} } = schemas[$ref.split('/').at(-1) ?? ''] ?? {};
      expect(Object.keys(properties)).toEqual(page);
      const { items } = properties.items as { items?: Schema };
      const shown = Object.keys(items?.properties ?? {});
      expect(shown).toEqual(expect.arrayContaining(everybody));
      expect(shown.filter((field) => !everybody.includes(field))).toEqual(
        path.endsWith('search') ? ['highlights'] : ['lastSignedInAt'],
      );
    }
    expect(answer(operation('get', '/.well-known/jwks.json'), 200)).toEqual(['keys']);
  });

  it('marks the routes that take an access token', () => {
    const secured = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security = [] }]) => security.length > 0)
        .map(([method]) => `${method} ${path}`),
    );
    expect(secured.toSorted()).toEqual([
      'delete /v1/admin/accounts/{id}/lock',
      'delete /v1/imports/{id}',
      'delete /v1/sessions/current',
      'delete /v1/sessions/others',
      'delete /v1/sessions/{id}',
      'get /v1/accounts',
      'get /v1/accounts/by-profile',
      'get /v1/accounts/me',
      'get /v1/accounts/me/activity',
      'get /v1/accounts/me/export',
      'get /v1/accounts/me/profile',
      'get /v1/accounts/me/second-factor',
      'get /v1/accounts/search',
      'get /v1/admin/accounts',
      'get /v1/admin/accounts/{id}',
      'get /v1/imports',
      'get /v1/imports/{id}',
      'get /v1/imports/{id}/progress',
      'get /v1/imports/{id}/refusals',
      'get /v1/reports/account-stats',
      'get /v1/reports/active-accounts',
      'get /v1/reports/sign-ups',
      'get /v1/sessions',
      'patch /v1/accounts/me',
      'patch /v1/accounts/me/profile',
      'patch /v1/imports/{id}',
      'post /v1/accounts/me/deactivation',
      'post /v1/accounts/me/email/verification',
      'post /v1/accounts/me/erasure',
      'post /v1/accounts/me/second-factor',
      'post /v1/accounts/me/second-factor/confirmation',
      'post /v1/accounts/me/second-factor/recovery-codes',
      'post /v1/accounts/me/second-factor/removal',
      'post /v1/imports',
      'post /v1/reports/account-stats/refresh',
      'put /v1/accounts/me/email',
      'put /v1/accounts/me/password',
      'put /v1/accounts/me/username',
      'put /v1/admin/accounts/{id}/lock',
      'put /v1/admin/accounts/{id}/role',
    ]);
  });
});

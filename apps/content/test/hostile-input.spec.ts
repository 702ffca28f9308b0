import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';

import { Platform, type Answer, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

let platform: Platform;
let content: Replica;
let author: Person;
let postId: string;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  author = await platform.issuer.person();
  ({ id: postId } = await content.published(author));
});
afterAll(async () => platform[Symbol.asyncDispose]());

/** A problem that says what is wrong and nothing of the inside. */
function expectProblem(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, code: expect.any(String) });
  expect(JSON.stringify(answer.body)).not.toMatch(/mongo|node_modules|\.ts|E11000/i);
}

const post = { title: 'A title', content: 'Some content' };

describe('a post that is refused', () => {
  it.each<[string, unknown]>([
    ['no body', undefined],
    ['an empty object', {}],
    ['a list', [post]],
    ['no title', { content: 'x' }],
    ['an empty title', { ...post, title: '' }],
    ['a title too long', { ...post, title: 'x'.repeat(201) }],
    ['a title that is a number', { ...post, title: 7 }],
    ['a title with an operator', { ...post, title: { $ne: null } }],
    ['a title of spaces', { ...post, title: ' \n\t ' }],
    ['a title of fillers', { ...post, title: '\u3164\u200b' }],
    ['content that shows nothing', { ...post, content: '\u2800\n' }],
    ['a title with U+0000', { ...post, title: 'a\u0000b' }],
    ['a title with a lone surrogate', { ...post, title: 'a\ud800b' }],
    ['no content', { ...post, content: '' }],
    ['content too long', { ...post, content: 'x'.repeat(50_001) }],
    ['content with an operator', { ...post, content: { $where: 'sleep(1000)' } }],
    ['tags that are text', { ...post, tags: 'one' }],
    ['too many tags', { ...post, tags: Array.from({ length: 11 }, (_, index) => `t${index}`) }],
    ['an empty tag', { ...post, tags: [''] }],
    ['a tag too long', { ...post, tags: ['x'.repeat(51)] }],
    ['a tag with an operator', { ...post, tags: [{ $gt: '' }] }],
    ['an unknown field', { ...post, colour: 'red' }],
    ['another author', { ...post, authorId: uuidv7() }],
    ['a status', { ...post, status: 'published' }],
    ['counters', { ...post, metadata: { likeCount: 1_000 } }],
    ['an id', { ...post, _id: uuidv7() }],
    ['a dotted field', { ...post, 'metadata.likeCount': 1_000 }],
    ['a prototype', JSON.parse(`{"title":"a","content":"b","__proto__":{"status":"published"}}`)],
    ['a constructor', { ...post, constructor: { prototype: { status: 'published' } } }],
  ])('should be one with %s', async (_what, body) => {
    const before = await content.posts.countDocuments();

    expectProblem(await content.post('/v1/posts', { as: author, body }), 400);

    await expect(content.posts.countDocuments()).resolves.toBe(before);
  });

  it('should be one that is no JSON, or no JSON object', async () => {
    for (const body of ['null', '7', '"text"', '{"title":', '\u0000', 'title=a', '[', '{"a":1}}']) {
      const headers = { ...author.headers, 'content-type': 'application/json' };
      expectProblem(await content.send({ url: '/v1/posts', headers, body }), 400);
    }
  });

  it('should be one of another kind than JSON', async () => {
    const headers = { ...author.headers, 'content-type': 'text/xml' };
    expectProblem(await content.send({ url: '/v1/posts', headers, body: '<post/>' }), 415);
  });

  it('should be one that is too large, or too deep to mean anything', async () => {
    const large = { ...post, content: 'x'.repeat(2_000_000) };
    expectProblem(await content.post('/v1/posts', { as: author, body: large }), 413);

    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const headers = { ...author.headers, 'content-type': 'application/json' };
    for (const body of [deep, `{"title":${deep},"content":"b"}`]) {
      expectProblem(await content.send({ url: '/v1/posts', headers, body }), 400);
    }
  });
});

describe('a post that is taken', () => {
  it('should be one of 50,000 characters, each of them escaped', async () => {
    const escaped = String.raw`\u00e9`.repeat(50_000);
    const answer = await content.send({
      url: '/v1/posts',
      headers: { ...author.headers, 'content-type': 'application/json' },
      body: `{"title":"Long","content":"${escaped}"}`,
    });

    expect(answer).toMatchObject({ status: 201, body: { content: 'é'.repeat(50_000) } });
  });
});

describe('a comment that is refused', () => {
  it.each<[string, unknown]>([
    ['no text', {}],
    ['empty text', { text: '' }],
    ['blank text', { text: ' \u200b\n' }],
    ['text too long', { text: 'x'.repeat(2_001) }],
    ['an operator', { text: { $ne: '' } }],
    ['U+0000', { text: '\u0000' }],
    ['another author', { text: 'hello', authorId: uuidv7() }],
  ])('should be one with %s', async (_what, body) => {
    const url = `/v1/posts/${postId}/comments`;

    expectProblem(await content.post(url, { as: author, body }), 400);
  });
});

describe('an id that is none', () => {
  it.each([
    '1',
    'null',
    '$ne',
    '%7B%22$ne%22:null%7D',
    '%00',
    'a'.repeat(36),
    '../accounts',
    "'--",
    '%F0%9F%8E%89',
  ])('should be refused: %s', async (id) => {
    const answers = [
      await content.get(`/v1/posts/${id}`),
      await content.get(`/v1/posts/${id}/comments`),
      await content.post(`/v1/posts/${id}/publish`, { as: author }),
      await content.post(`/v1/posts/${id}/likes`, { as: author }),
      await content.post(`/v1/posts/${id}/comments`, { as: author, body: { text: 'a' } }),
    ];
    for (const answer of answers) {
      expect([400, 404]).toContain(answer.status);
      expectProblem(answer, answer.status);
    }
  });

  it('should not be found where it could be one', async () => {
    const unknown = uuidv7();
    expectProblem(await content.get(`/v1/posts/${unknown}`), 404);
    expectProblem(await content.get(`/v1/posts/${unknown}/comments`), 404);
    expectProblem(await content.post(`/v1/posts/${unknown}/publish`, { as: author }), 404);
    expectProblem(await content.post(`/v1/posts/${unknown}/likes`, { as: author }), 404);
    const body = { text: 'a' };
    expectProblem(await content.post(`/v1/posts/${unknown}/comments`, { as: author, body }), 404);
  });
});

describe('a query that is refused', () => {
  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=many',
    'limit=',
    'limit=1&limit=2',
    'limit[$gt]=1',
    'authorId=1',
    'authorId[$ne]=x',
    'authorId=',
    'tag=',
    'tag[$regex]=.*',
    'tag=%00',
    `tag=${'x'.repeat(51)}`,
    'cursor=',
    'cursor[$gt]=x',
    `cursor=${'x'.repeat(2_000)}`,
    'status=draft',
    '$where=1',
    '__proto__=1',
  ])('should be %s', async (query) => {
    expectProblem(await content.get(`/v1/posts?${query}`), 400);
  });
});

describe('a token that is refused', () => {
  it.each<[string, () => Promise<string>]>([
    ['expired', async () => platform.issuer.token(author.accountId, { expiresIn: '-1m' })],
    [
      'for others',
      async () => platform.issuer.token(author.accountId, { claims: { aud: 'other' } }),
    ],
    [
      'by others',
      async () => platform.issuer.token(author.accountId, { claims: { iss: 'other' } }),
    ],
    ['of no account', async () => platform.issuer.token('admin')],
    [
      'of another kind',
      async () => platform.issuer.token(author.accountId, { header: { typ: 'JWT' } }),
    ],
    [
      'by an unknown key',
      async () => platform.issuer.token(author.accountId, { header: { kid: 'x' } }),
    ],
    ['with its claims changed', async () => forged(await platform.issuer.token(author.accountId))],
    ['without a signature', async () => unsigned(author.accountId)],
    ['no token', async () => 'x.y.z'],
    ['nothing', async () => ''],
  ])('should be one that is %s', async (_what, tokenOf) => {
    const headers = { authorization: `Bearer ${await tokenOf()}` };
    const as = { accountId: author.accountId, headers };

    const answer = await content.post('/v1/posts', { as, body: post });

    expectProblem(answer, 401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
});

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** The token with somebody else as its subject. */
function forged(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [header, encode({ ...claims, sub: uuidv7() }), signature].join('.');
}

function unsigned(sub: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    sub,
    roles: [],
    iss: 'trilith',
    aud: 'trilith',
    iat: now,
    exp: now + 60,
    jti: uuidv7(),
  };
  return `${encode({ alg: 'none', typ: 'at+jwt', kid: 'test-key' })}.${encode(claims)}.`;
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';

import { Shop, adapters } from './shop.js';

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])(
  'a cached route on %s',
  (adapter) => {
    let redis: RedisForTest;
    let shop: Shop;

    beforeEach(async () => {
      redis = await redisForTest();
      shop = await Shop.start(redis, { adapter });
    });

    afterEach(async () => {
      await shop.close();
    });

    it('answers the second request from the cache', async () => {
      const first = await shop.get('/plain');
      const second = await shop.get('/plain');
      expect(first).toMatchObject({ status: 200, cache: 'MISS' });
      expect(second).toMatchObject({ status: 200, cache: 'HIT', body: first.body });
      expect(second.header('age')).toMatch(/^\d+$/);
      expect(second.header('content-type')).toBe(first.header('content-type'));
    });

    it('answers another replica from the cache, too', async () => {
      const other = await Shop.start(redis, { adapter });
      const first = await shop.get('/plain');
      expect(await other.get('/plain')).toMatchObject({ cache: 'HIT', body: first.body });
      await other.close();
    });

    it('does not mind the order of parameters, but their values and repetitions', async () => {
      const first = await shop.get('/plain?a=1&b=2');
      expect(await shop.get('/plain?b=2&a=1')).toMatchObject({ cache: 'HIT', body: first.body });
      expect(await shop.get('/plain?a=1&b=3')).toMatchObject({ cache: 'MISS' });
      expect(await shop.get('/plain?a=1&a=2&b=2')).toMatchObject({ cache: 'MISS' });
      expect(await shop.get('/plain?a=2&a=1&b=2')).toMatchObject({ cache: 'MISS' });
    });

    it('ignores parameters that the route does not name', async () => {
      const first = await shop.get('/everyone?page=1&utm=x');
      expect(await shop.get('/everyone?utm=y&page=1')).toMatchObject({
        cache: 'HIT',
        body: first.body,
      });
      expect(await shop.get('/everyone?page=2')).toMatchObject({ cache: 'MISS' });
    });

    it('refuses to cache for callers with credentials', async () => {
      for (const name of ['authorization', 'cookie', 'x-api-key']) {
        const credentials = { [name]: 'ada' };
        const first = await shop.get('/plain', credentials);
        const second = await shop.get('/plain', credentials);
        expect(first).toMatchObject({ cache: 'BYPASS' });
        expect(second.body).not.toEqual(first.body);
        expect(second.header('cache-control')).toBe('private, no-store');
      }
    });

    it('never gives them what was cached for others', async () => {
      const anonymous = await shop.get('/plain');
      const known = await shop.get('/plain', { authorization: 'ada' });
      expect(known.body).not.toEqual(anonymous.body);
      expect(anonymous.header('vary')?.toLowerCase()).toContain('authorization');
    });

    it('keeps one response for each user where a route varies by user', async () => {
      const ada = await shop.get('/mine', { authorization: 'ada' });
      const bob = await shop.get('/mine', { authorization: 'bob' });
      const nobody = await shop.get('/mine');
      expect(await shop.get('/mine', { authorization: 'ada' })).toMatchObject({
        cache: 'HIT',
        body: ada.body,
      });
      expect(new Set([ada, bob, nobody].map(({ body }) => JSON.stringify(body))).size).toBe(3);
      expect(ada.header('cache-control')).toBe('private, max-age=0, must-revalidate');
    });

    it('keeps nothing where it varies by user and nobody knows which', async () => {
      const first = await shop.get('/mine', { cookie: 'session=1' });
      const second = await shop.get('/mine', { cookie: 'session=1' });
      expect(first.cache).toBe('BYPASS');
      expect(second.body).not.toEqual(first.body);
    });

    it('varies by the headers that the route names', async () => {
      const german = await shop.get('/mine', { 'accept-language': 'de' });
      const english = await shop.get('/mine', { 'accept-language': 'en' });
      expect(english.body).not.toEqual(german.body);
      expect(english.header('vary')).toContain('accept-language');
    });

    it('shares a public response, whoever asks', async () => {
      const ada = await shop.get('/everyone', { authorization: 'ada' });
      expect(await shop.get('/everyone')).toMatchObject({ cache: 'HIT', body: ada.body });
      expect(ada.header('cache-control')).toBe('public, max-age=30');
    });

    it('lets guards decide on every request', async () => {
      await shop.get('/everyone');
      expect(await shop.get('/everyone', { authorization: 'nobody' })).toMatchObject({
        status: 403,
      });
    });

    it('answers 304 without a body to who has the response already', async () => {
      const { header } = await shop.get('/plain');
      const etag = header('etag') ?? '';
      expect(etag).toMatch(/^W\/".+"$/);
      for (const names of [etag, `"other", ${etag}`, etag.slice(2), '*']) {
        const again = await shop.get('/plain', { 'if-none-match': names });
        expect(again).toMatchObject({ status: 304, body: '' });
        expect(again.header('etag')).toBe(etag);
      }
      expect(await shop.get('/plain', { 'if-none-match': '"other"' })).toMatchObject({
        status: 200,
      });
    });

    it('answers HEAD from what GET has cached', async () => {
      const { header } = await shop.get('/plain');
      const head = await shop.get('/plain', {}, 'HEAD');
      expect(head).toMatchObject({ status: 200, body: '', cache: 'HIT' });
      expect(head.header('etag')).toBe(header('etag'));
    });

    it('caches no other method', async () => {
      const first = await shop.post('/plain');
      expect((await shop.post('/plain')).body).not.toEqual(first.body);
      expect(first.cache).toBeUndefined();
    });

    it.each(['/file', '/cookie', '/accepted', '/secret'])('keeps nothing of %s', async (path) => {
      const first = await shop.get(path);
      const second = await shop.get(path);
      expect(second.status).toBe(first.status);
      expect(second.body).not.toEqual(first.body);
      expect(second.cache).toBe('BYPASS');
    });

    it('gives each of many its own answer where none may be kept', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, async () => shop.get('/file')));
      expect(new Set(answers.map(({ body }) => body)).size).toBe(10);
    });

    it('keeps the headers that the route names, and no other', async () => {
      const first = await shop.get('/kept-header');
      const second = await shop.get('/kept-header');
      expect(second.cache).toBe('HIT');
      expect(second.header('link')).toBe(first.header('link'));
      expect(first.header('x-lost')).toBe('here');
      expect(second.header('x-lost')).toBeUndefined();
    });

    it('runs the handler once for many who ask at the same time', async () => {
      const other = await Shop.start(redis, { adapter });
      const both = [shop, other];
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, at) => both[at % 2]?.get('/slow')),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer?.body))).size).toBe(1);
      await other.close();
    });

    it('loads anew after a tag was invalidated, in all replicas', async () => {
      const other = await Shop.start(redis, { adapter });
      const first = await shop.get('/posts/1');
      expect((await other.get('/posts/1')).body).toEqual(first.body);
      await shop.post('/posts/1');
      await eventually(async () => {
        expect((await other.get('/posts/1')).body).not.toEqual(first.body);
      });
      expect((await shop.get('/posts/1')).body).not.toEqual(first.body);
      await other.close();
    });

    it('invalidates nothing when the write fails', async () => {
      const first = await shop.get('/posts/broken');
      expect(await shop.post('/posts/broken')).toMatchObject({ status: 404 });
      expect((await shop.get('/posts/broken')).body).toEqual(first.body);
    });

    it('serves what is stale while it loads anew', async () => {
      const first = await shop.get('/posts/2');
      await shop.post('/posts/2/refresh');
      expect(await shop.get('/posts/2')).toMatchObject({ cache: 'STALE', body: first.body });
      await eventually(async () => {
        const later = await shop.get('/posts/2');
        expect(later.cache).toBe('HIT');
        expect(later.body).not.toEqual(first.body);
      });
    });

    it('loads anew behind a 304, too', async () => {
      const first = await shop.get('/posts/3');
      await shop.post('/posts/3/refresh');
      const etag = first.header('etag') ?? '';
      expect(await shop.get('/posts/3', { 'if-none-match': etag })).toMatchObject({ status: 304 });
      await eventually(async () => {
        expect(await shop.get('/posts/3', { 'if-none-match': etag })).toMatchObject({
          status: 200,
          cache: 'HIT',
        });
      });
    });

    it('does not hide behind grace that a thing is gone', async () => {
      const id = `${adapter}-gone`;
      await shop.get(`/posts/${id}`);
      await shop.post(`/posts/${id}`, 'DELETE');
      await eventually(async () => {
        expect(await shop.get(`/posts/${id}`)).toMatchObject({ status: 404 });
      });
    });
  },
);

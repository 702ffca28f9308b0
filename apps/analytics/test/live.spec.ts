import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { EventRecorder } from '../src/events/event-recorder.js';
import { LiveFeed } from '../src/live/live-feed.js';
import { LiveLog } from '../src/live/live-log.js';
import { Platform } from './platform.js';

/** One who reads along. */
class Listener {
  text = '';

  private constructor(readonly response: IncomingMessage) {
    response.on('data', (part: Buffer) => (this.text += part.toString()));
    response.on('error', () => undefined);
  }

  static async at(app: NestFastifyApplication, lastId?: string): Promise<Listener> {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const request = get(`${addressOf(app)}/v1/live`, { headers });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Listener(response);
  }

  /** The ids of all changes so far, in their order. */
  get ids(): string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);
  }

  /** How many events the changes so far tell of. */
  get events(): number {
    const told = [...this.text.matchAll(/^event: change\ndata: (.*)$/gm)];
    return told.reduce(
      (sum, [, data = '']) => sum + (JSON.parse(data) as { events: number }).events,
      0,
    );
  }

  leave(): void {
    this.response.destroy();
  }
}

function addressOf(app: NestFastifyApplication): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

describe('GET /v1/live', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.start();
  });

  afterEach(async () => {
    await platform.close();
  });

  async function listening(environment: Record<string, string> = {}) {
    const app = await platform.replica(environment);
    await app.listen(0, '127.0.0.1');
    return app;
  }

  const views = (count: number) =>
    Array.from({ length: count }, () => ({
      id: uuidv7(),
      type: 'view',
      at: new Date(),
      page: '/',
    }));

  /** Until the subscription is in force, which it is a moment after the start, nothing is heard. */
  async function heard(app: NestFastifyApplication, listener: Listener): Promise<void> {
    await eventually(async () => {
      await app.get(LiveLog).tell('{"events":0}');
      expect(listener.ids.length).toBeGreaterThan(0);
    });
  }

  it('should tell what any replica counts, each event once', async () => {
    const [one, other] = [await listening(), await listening()];
    const listener = await Listener.at(one);
    await heard(one, listener);
    const batch = views(20);
    await other.get(EventRecorder).record(batch);
    await one.get(EventRecorder).record([...batch, ...views(5)]);

    await eventually(() => expect(listener.events).toBe(25));
    expect(listener.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(listener.text).toMatch(/"types":{"view":\d+},"pages":{"\/":\d+}/);
    listener.leave();
  });

  it.each(['', ' ', '\u00ff', '-', '1-', '999999999999999-999999999999999', 'x'.repeat(5_000)])(
    'should let in who comes with the id %j',
    async (lastId) => {
      const app = await listening();
      const listener = await Listener.at(app, lastId);

      expect(listener.response.statusCode).toBe(200);
      await heard(app, listener);
      listener.leave();
    },
  );

  it('should go on where a reader was cut off, in order and without repeating', async () => {
    const app = await listening();
    const log = app.get(LiveLog);
    const whole = await Listener.at(app);
    const cutOff = await Listener.at(app);
    await heard(app, cutOff);
    await heard(app, whole);
    const lastId = cutOff.ids.at(-1) ?? '';
    cutOff.leave();
    for (let nth = 0; nth < 10; nth += 1) await log.tell(`{"events":${nth}}`);
    const telling = (async () => {
      for (let nth = 10; nth < 40; nth += 1) await log.tell(`{"events":${nth}}`);
    })();
    const back = await Listener.at(app, lastId);
    await telling;
    await log.tell('{"events":1000000}');
    await eventually(() => expect(back.events).toBeGreaterThanOrEqual(1_000_000));
    await eventually(() => expect(whole.events).toBeGreaterThanOrEqual(1_000_000));

    expect(back.ids).toEqual(whole.ids.slice(whole.ids.indexOf(lastId) + 1));
    expect(back.text).not.toContain('event: gap');
    whole.leave();
    back.leave();
  });

  it.each(['1-1', 'nonsense'])('should tell of a gap who comes back after %j', async (lastId) => {
    const app = await listening();
    await app.get(LiveLog).tell('{"events":3}');
    const listener = await Listener.at(app, lastId);

    await eventually(() => expect(listener.text).toContain('event: gap'));
    await eventually(() => expect(listener.events).toBe(3));
    listener.leave();
  });

  it('should drop a reader who does not read, and go on telling the others', async () => {
    const app = await listening();
    const { port } = app.getHttpServer().address() as AddressInfo;
    const slow = connect(port, '127.0.0.1');
    slow.pause();
    slow.on('error', () => undefined);
    slow.write('GET /v1/live HTTP/1.1\r\nhost: a\r\n\r\n');
    const quick = await Listener.at(app);
    await heard(app, quick);
    const readers = () => app.get(LiveFeed).readerCount;
    await eventually(() => expect(readers()).toBe(2));
    // One after the other, so that whoever reads has read each before the next.
    const large = JSON.stringify({ events: 1, filling: 'x'.repeat(30_000) });
    await eventually(async () => {
      for (let nth = 0; nth < 50; nth += 1) await app.get(LiveLog).tell(large);
      expect(readers()).toBe(1);
    });
    const before = quick.events;
    await app.get(LiveLog).tell('{"events":7}');

    await eventually(() => expect(quick.events).toBeGreaterThanOrEqual(before + 7));
    slow.destroy();
    quick.leave();
  });

  it('should refuse more readers than it takes, and take one when one has left', async () => {
    const app = await listening({ LIVE_READERS: '1' });
    const first = await Listener.at(app);
    const second = await Listener.at(app);
    first.leave();

    expect(second.response.statusCode).toBe(503);
    expect(second.response.headers['retry-after']).toBe('5');
    await eventually(async () => {
      const third = await Listener.at(app);
      third.leave();
      expect(third.response.statusCode).toBe(200);
    });
  });

  it('should end its answers when the service stops', async () => {
    const app = await listening();
    const listener = await Listener.at(app);
    const ended = once(listener.response, 'end');
    await app.close();

    await ended;
    expect(listener.response.complete).toBe(true);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MessageContext } from '../src/index.js';
import { runShelf, type RunningService } from './running-service.js';

const BOOK = '/v1/books/0198c1a0-0000-7000-8000-000000000001';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${CALLER}-01`;

describe('a caller’s trace, without OpenTelemetry', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await runShelf();
  });
  afterAll(async () => {
    await service.app.close();
  });

  const linesOf = async (headers: Record<string, string>) => {
    const before = service.log().length;
    await (await fetch(service.url + BOOK, { headers })).text();
    return service.log().slice(before);
  };

  it('should log the trace that a caller sent along', async () => {
    const lines = await linesOf({ traceparent });
    expect(lines.map(({ msg }) => msg)).toEqual(['looking', 'request']);
    expect(lines.map((line) => line['trace_id'])).toEqual([TRACE, TRACE]);
    expect(lines.map((line) => line['span_id'])).toEqual([undefined, undefined]);
  });

  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['one of another form', { traceparent: 'abc' }],
    ['one without a trace', { traceparent: `00-${'0'.repeat(32)}-${CALLER}-01` }],
    ['one without a span', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }],
    ['a version that is none', { traceparent: `ff-${TRACE}-${CALLER}-01` }],
    ['a huge one', { traceparent: `${traceparent}-${'a'.repeat(600)}` }],
  ])('should log no trace where a caller sent %s', async (_which, headers) => {
    const lines = await linesOf(headers);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).not.toHaveProperty('trace_id');
  });

  it('should pass the caller’s trace on over messages, as it came', async () => {
    const messages = service.app.get(MessageContext);
    const sent = { 'x-correlation-id': 'from-afar', traceparent, tracestate: 'vendor=1' };
    expect(await messages.run(sent, async () => messages.headers())).toEqual(sent);
    expect(messages.headers()).not.toHaveProperty('traceparent');
  });
});

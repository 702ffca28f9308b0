import { describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';
import { RecordingSink } from './recording-sink.js';
import { RelayBench, relayLog } from './relay-bench.js';

describe.each([postgresBackend, mongoBackend])('leases of relays of an outbox in $name', (kind) => {
  let bench: RelayBench;
  RelayBench.forCases(kind, (opened) => (bench = opened));

  it('lets one of two replicas publish, and the other take over when it stops', async () => {
    const sinks = [new RecordingSink(), new RecordingSink()] as const;
    const first = bench.relay({ sink: sinks[0] });
    first.start();
    await bench.commit('to the first');
    await bench.allSent();
    const second = bench.relay({ sink: sinks[1] });
    second.start();
    for (let n = 0; n < 20; n += 1) await bench.commit(`${n}`);
    await bench.allSent();
    expect(sinks[0].published).toHaveLength(21);
    expect(sinks[1].published).toHaveLength(0);

    await first.stop();
    await bench.commit('to the second');
    await bench.allSent();
    expect(sinks[1].keys).toEqual(['to the second']);
  });

  it('publishes with the fencing token of its lease, a higher one with each lease', async () => {
    const first = bench.relay();
    first.start();
    await bench.commit('first');
    await bench.allSent();
    await first.stop();
    bench.relay().start();
    await bench.commit('second');
    await bench.allSent();
    expect(bench.sink.keys).toEqual(['first', 'second']);
    const [one, two] = bench.sink.tokens as [bigint, bigint];
    expect(two).toBeGreaterThan(one);
  });

  it('stands by, without a word, when another has published since, and marks nothing', async () => {
    const logged = relayLog();
    const fenced = new RecordingSink();
    fenced.refusal = Object.assign(new Error('a higher token was seen'), { code: 'fenced' });
    const late = bench.relay({ sink: fenced });
    await bench.commit('refused');
    const refused = Promise.withResolvers<void>();
    const publish = fenced.publish.bind(fenced);
    fenced.publish = async (...given) => {
      refused.resolve();
      // Its successor takes the lease meanwhile.
      bench.relay().start();
      fenced.publish = publish;
      return publish(...given);
    };
    late.start();
    await refused.promise;
    await late.stop();
    await bench.allSent();
    expect(fenced.published).toEqual([]);
    expect(bench.sink.keys).toEqual(['refused']);
    expect(logged).toEqual([]);
  });

  it('says so when it is refused with a lease just taken', async () => {
    const logged = relayLog();
    bench.sink.refusal = Object.assign(new Error('a higher token was seen'), { code: 'fenced' });
    bench.relay().start();
    await bench.commit('refused');
    await eventually(() =>
      expect(logged).toContainEqual(expect.stringContaining('a higher token was seen')),
    );
    expect(await bench.pending()).toBe(1);
    bench.sink.refusal = undefined;
    await bench.allSent();
  });

  it('does no harm by marking after its successor has', async () => {
    await bench.commit('published twice');
    const [message] = await bench.backend.store.unsent(1);
    const frozen = Promise.withResolvers<void>();
    const slow = bench.storeWith({});
    const marks: string[] = [];
    slow.markSent = async (ids) => {
      marks.push(...ids);
      await frozen.promise;
      await bench.backend.store.markSent(ids);
    };
    const first = bench.relay({ store: slow });
    first.start();
    await eventually(() => expect(marks).toEqual([message?.id]));
    // The lease is gone while the relay is about to mark.
    await bench.redis.del(`${bench.prefix}:lock:{outbox:tests}`);
    bench.relay().start();
    await bench.allSent();
    await bench.commit('of the second alone');
    await bench.allSent();
    frozen.resolve();
    await first.stop();
    expect(await bench.pending()).toBe(0);
    expect(bench.sink.keys).toEqual(['published twice', 'published twice', 'of the second alone']);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';

import { StreamFullError } from '../messaging.errors.js';
import { resolveMessagingOptions } from '../messaging.options.js';
import { OutboxRepublisher, type RepublishProgress } from '../outbox/outbox-republisher.js';
import type { OutboxMessage } from '../outbox/outbox-store.js';
import { EventPublisher } from '../transport/event-publisher.js';
import { MessagingConnections } from '../transport/messaging-connections.js';
import { StreamKeys } from '../transport/stream-keys.js';
import { type CommonOptions, redisUrl } from './admin-session.js';
import { ExitCode } from './exit-code.js';
import { type OutboxKind, withOutbox } from './outbox-access.js';
import { type Terminal, writeJson, writeLine } from './terminal.js';

export interface RepublishOptions extends CommonOptions {
  readonly outbox: OutboxKind;
  readonly since: Date;
  readonly until?: Date;
  readonly topic?: readonly string[];
  readonly after?: string;
  readonly partitions: number;
}

/** How long consumers may take to make room for one page. */
const PAGE_MS = 10 * 60_000;
const FULL_PAUSE_MS = 500;
const TELL_EVERY_MS = 1_000;

/** `republish`: publishes again what an outbox has sent, for the day on which Redis lost its data. */
export async function republish(
  terminal: Terminal,
  service: string,
  options: RepublishOptions,
): Promise<ExitCode> {
  const progress = await withOutbox(options.outbox, terminal.env, async (store) =>
    withPublisher(terminal, service, options, async (publisher) => {
      const sink = {
        publish: async (events: readonly OutboxMessage[]) => publisher.publish(events),
      };
      const republisher = new OutboxRepublisher({ store, sink, publishTimeoutMs: PAGE_MS });
      return republisher.republish({
        since: options.since,
        ...(options.until && { until: options.until }),
        ...(options.topic && { topics: options.topic }),
        ...(options.after !== undefined && { after: options.after }),
        signal: terminal.signal,
        onProgress: teller(terminal, options),
      });
    }),
  );
  if (options.json) writeJson(terminal, { service, ...progress });
  else writeLine(terminal.out, summary(progress));
  return progress.done ? ExitCode.done : ExitCode.failed;
}

function summary({ read, published, position, done }: RepublishProgress): string {
  const counted = `${published} of ${read} sent events published again`;
  return done ? `${counted}.` : `${counted}; interrupted. Go on with --after ${position ?? "''"}`;
}

/** Says how far it has come, so that a run which was killed can be gone on with. */
function teller({ err }: Terminal, { json }: CommonOptions) {
  let toldAt = performance.now();
  return ({ published, position }: RepublishProgress) => {
    if (json || position === undefined || performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    writeLine(err, `${published} published, up to ${position}`);
  };
}

interface PatientPublisher {
  publish(events: readonly OutboxMessage[]): Promise<void>;
}

async function withPublisher<T>(
  { env, signal }: Terminal,
  service: string,
  { prefix, partitions }: RepublishOptions,
  work: (publisher: PatientPublisher) => Promise<T>,
): Promise<T> {
  const redis = { url: redisUrl(env), commandTimeoutMs: 10_000 };
  const common = { redis, service, prefix };
  const connections = new MessagingConnections(resolveMessagingOptions(common));
  try {
    await connections.ready();
    // A publisher that is laid out already says itself over how many partitions.
    const laidOut = await connections.commands.hget(
      new StreamKeys(prefix).layout(service),
      'partitions',
    );
    const options = resolveMessagingOptions({
      ...common,
      partitions: laidOut === null ? partitions : Number(laidOut),
    });
    const publisher = new EventPublisher(options, connections);
    return await work({ publish: async (events) => untilThereIsRoom(publisher, events, signal) });
  } finally {
    await connections.close();
  }
}

async function untilThereIsRoom(
  publisher: EventPublisher,
  events: readonly OutboxMessage[],
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await publisher.relay(events);
    } catch (error) {
      if (!(error instanceof StreamFullError)) throw error;
    }
    await sleep(FULL_PAUSE_MS, undefined, { signal });
  }
}

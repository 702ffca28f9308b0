import type { ChangeStream } from 'mongodb';

import type { CommitListener } from '../commit-listener.js';
import { withinDeadline } from '../deadline.js';

/** How long to wait for a change stream to close. */
const GOODBYE_MS = 1_000;

/** Hears of each commit from a change stream, which costs those who commit nothing. */
export class MongoCommitListener implements CommitListener {
  readonly ended: Promise<void>;
  private readonly end = Promise.withResolvers<void>();

  constructor(
    private readonly stream: ChangeStream,
    onCommitted: () => void,
  ) {
    this.ended = this.end.promise;
    // Who waits for it comes later; an end before that is no unhandled rejection.
    this.ended.catch(() => undefined);
    tellOf(stream, onCommitted).catch((error: unknown) => this.end.reject(error));
  }

  async arm(): Promise<boolean> {
    return true;
  }

  disarm(): void {}

  async close(): Promise<void> {
    // A server that hangs would keep the stream from ever ending by itself.
    this.end.resolve();
    const closed = this.stream.close();
    const deadline = { operation: 'closing a stream', timeoutMs: GOODBYE_MS };
    // Its other side may have gone: then the driver is left to notice.
    await withinDeadline(closed, deadline).catch(() => undefined);
  }
}

async function tellOf(stream: ChangeStream, onCommitted: () => void): Promise<never> {
  // Opens the stream. What was committed before that is not in it, and is found by looking now.
  await stream.tryNext();
  onCommitted();
  for await (const _change of stream) onCommitted();
  throw new Error('The change stream of the outbox has ended');
}

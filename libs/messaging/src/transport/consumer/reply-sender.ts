import type { MessagingConnections } from '../messaging-connections.js';
import { sendReplies } from '../scripts.js';
import { Batch } from './batch.js';
import type { ConsumerIdentity } from './consumer-group.js';

/** A reply to send, or a request that is done with, or both. */
interface Outgoing {
  readonly channel?: string;
  readonly reply?: string;
  readonly doneEntryId?: string;
  /** Told how many heard the reply. */
  readonly onSent?: (receivers: number) => void;
}

const sentTogether = { waitMs: 0, size: 250 };

/** Sends the replies of one turn of the event loop in one command, and one message for each caller. */
export class ReplySender {
  private readonly batch = new Batch<Outgoing>(sentTogether, async (items) => this.send(items));

  constructor(
    private readonly identity: ConsumerIdentity,
    private readonly connections: MessagingConnections,
  ) {}

  /** Resolves to how many heard it: 0 when the caller is gone. */
  async reply(channel: string, reply: string): Promise<number> {
    let heard = 0;
    await this.batch.add({ channel, reply, onSent: (receivers) => (heard = receivers) });
    return heard;
  }

  /** The request's entry goes, together with the last reply where that was just given. */
  async done(doneEntryId: string): Promise<void> {
    await this.batch.add({ doneEntryId });
  }

  /** Sends at once what waits for the end of the turn. */
  flush(): void {
    this.batch.flush();
  }

  private async send(items: readonly Outgoing[]): Promise<void> {
    const done = items.flatMap(({ doneEntryId }) => doneEntryId ?? []);
    const replies = Map.groupBy(
      items.filter(({ reply }) => reply !== undefined),
      ({ channel }) => channel ?? '',
    );
    const messages = [...replies].flatMap(([channel, some]) => [
      channel,
      `[${some.map(({ reply }) => reply).join()}]`,
    ]);
    const { stream, group } = this.identity;
    const args = [group, done.length, ...done, ...messages];
    const receivers = await sendReplies(this.connections.commands, [stream], args);
    [...replies.values()].forEach((some, index) => {
      for (const { onSent } of some) onSent?.(receivers[index] ?? 0);
    });
  }
}

import { ServiceOverloadedError } from '../messaging.errors.js';
import type { MessageHeaders, ResolvedMessagingOptions } from '../messaging.options.js';
import { Batch } from './consumer/batch.js';
import type { MessagingConnections } from './messaging-connections.js';
import { enqueueRequests } from './scripts.js';
import { StreamKeys } from './stream-keys.js';

/** A request on its way. */
export interface OutgoingRequest {
  readonly id: string;
  readonly topic: string;
  /** JSON. */
  readonly payload: string;
  readonly headers: MessageHeaders;
  /** How long its caller waits. */
  readonly timeoutMs: number;
  /** It was not sent, or it is not known whether it was. */
  readonly onFailure: (error: unknown) => void;
}

export interface RequestSenderParts {
  readonly options: ResolvedMessagingOptions;
  readonly connections: MessagingConnections;
  /** The service that is asked. */
  readonly service: string;
  /** Where its replies are heard. */
  readonly replyTo: string;
}

const sentTogether = { waitMs: 0, size: 250 };

/** Sends the requests of one turn of the event loop to a service in one command. */
export class RequestSender {
  private readonly batch = new Batch<OutgoingRequest>(sentTogether, async (requests) =>
    this.enqueue(requests),
  );
  private readonly keys: readonly [string];

  constructor(private readonly parts: RequestSenderParts) {
    this.keys = [new StreamKeys(parts.options.prefix).requests(parts.service)];
  }

  send(request: OutgoingRequest): void {
    void this.batch.add(request);
  }

  /** Never rejects. */
  private async enqueue(requests: readonly OutgoingRequest[]): Promise<void> {
    const { options, connections, service, replyTo } = this.parts;
    const { maxWaitingRequests } = options;
    const fields = requests.flatMap((request) => [
      request.id,
      request.topic,
      request.timeoutMs,
      request.payload,
      JSON.stringify(request.headers),
    ]);
    try {
      const args = [maxWaitingRequests, replyTo, ...fields];
      const accepted = await enqueueRequests(connections.commands, this.keys, args);
      for (const request of requests.slice(accepted)) {
        request.onFailure(new ServiceOverloadedError(service, maxWaitingRequests));
      }
    } catch (error) {
      for (const request of requests) request.onFailure(error);
    }
  }
}

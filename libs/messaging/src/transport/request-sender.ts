import { runningNow, sendNow } from '@trilith/redis';

import { ServiceOverloadedError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { MessagingConnections } from './messaging-connections.js';
import { enqueueRequests } from './request-scripts.js';
import { StreamKeys } from './stream-keys.js';

/** A request on its way. */
export interface OutgoingRequest {
  /** See `writeEnvelope`. */
  readonly envelope: string;
  /** See `writePayload`. */
  readonly payload: string;
  /** How long its caller waits. */
  readonly timeoutMs: number;
  /** Told when it was not sent, or it is not known whether it was. */
  readonly request: { fail(error: unknown): void };
}

export interface RequestSenderParts {
  readonly options: ResolvedMessagingOptions;
  readonly connections: MessagingConnections;
  /** The service that is asked. */
  readonly service: string;
}

/**
 * So many leave before the turn is over: the service begins with them while the rest is gathered.
 * With all in one command caller, server and Redis would wait for each other in turn.
 */
const mostTogether = 32;
/** For how long it counts that there was room: a small part of what fills the room meanwhile. */
const roomCountsForMs = 20;

/** Sends the requests of one turn of the event loop to a service in few commands. */
export class RequestSender {
  private readonly keys: readonly [string];
  private gathered: OutgoingRequest[] = [];
  private room = 0;
  private roomSeenAt = -Infinity;
  private readonly flush = () => this.send();

  constructor(private readonly parts: RequestSenderParts) {
    this.keys = [new StreamKeys(parts.options.prefix).requests(parts.service)];
  }

  add(request: OutgoingRequest): void {
    const count = this.gathered.push(request);
    if (count === 1) process.nextTick(this.flush);
    else if (count >= mostTogether) this.send();
  }

  private send(): void {
    const requests = this.gathered;
    this.gathered = [];
    const [first, second] = requests;
    if (first && second === undefined && this.isRoomForOne()) void this.append(first);
    else if (first) void this.enqueue(requests);
  }

  /**
   * The bound is counted by the script that enqueues. One request alone goes without it while there
   * was room for many a moment ago: half of it is left to other callers.
   */
  private isRoomForOne(): boolean {
    if (this.room < 1 || performance.now() - this.roomSeenAt > roomCountsForMs) return false;
    this.room -= 1;
    return true;
  }

  private async append({ timeoutMs, envelope, payload, request }: OutgoingRequest) {
    const [key] = this.keys;
    const fields = ['timeout', timeoutMs, 'request', envelope, 'payload', payload];
    try {
      await sendNow(this.parts.connections.commands, 'xadd', [key, '*', ...fields]);
    } catch (error) {
      request.fail(error);
    }
  }

  private async enqueue(requests: readonly OutgoingRequest[]): Promise<void> {
    const { options, connections, service } = this.parts;
    const { maxWaitingRequests } = options;
    const args: (string | number)[] = [service, maxWaitingRequests];
    for (const { timeoutMs, envelope, payload } of requests) {
      args.push(timeoutMs, envelope, payload);
    }
    try {
      const script = runningNow(connections.commands);
      const { accepted, room } = await enqueueRequests(script, this.keys, args);
      this.room = Math.floor(room / 2);
      this.roomSeenAt = performance.now();
      for (const { request } of requests.slice(accepted)) {
        request.fail(new ServiceOverloadedError(service, maxWaitingRequests));
      }
    } catch (error) {
      for (const { request } of requests) request.fail(error);
    }
  }
}

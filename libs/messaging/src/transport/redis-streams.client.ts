import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RedisClient } from '@trilith/redis';
import { Observable, firstValueFrom } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';

import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { asking } from '../tracing/request-spans.js';
import type { EventPublisher } from './event-publisher.js';
import type { MessagingConnections, MessagingStatus } from './messaging-connections.js';
import { checkPayload, writePayload } from './payload.js';
import type { ReplyInbox } from './reply-inbox.js';
import { PendingRequest } from './pending-request.js';
import { writeEnvelope } from './request-message.js';
import { RequestSender } from './request-sender.js';
import type { ConnectionEvents } from './redis-streams.server.js';
import { type RecordOptions, RedisStreamsRecord, toRecord } from './redis-streams-record.js';

/** A request's name, and the schemas of what is asked and of what comes back. */
export interface RequestContract {
  readonly name: string;
  readonly schema: StandardSchemaV1;
  readonly reply: StandardSchemaV1;
}

export interface RedisStreamsClientParts {
  readonly options: ResolvedMessagingOptions;
  readonly connections: MessagingConnections;
  readonly replies: ReplyInbox;
  readonly publisher: EventPublisher;
  /** The service that is asked. */
  readonly service: string;
}

/**
 * Asks another service. `send` as with any client of Nest; each request has a deadline, so that it
 * ends with a reply, a {@link RemoteError} or a {@link RequestTimeoutError}. `emit` publishes an
 * event of this service, for whoever subscribes to it.
 */
export class RedisStreamsClient extends ClientProxy<ConnectionEvents, MessagingStatus> {
  private readonly requests: RequestSender;

  constructor(private readonly parts: RedisStreamsClientParts) {
    super();
    const { options, connections, service } = parts;
    this.requests = new RequestSender({ options, connections, service });
  }

  override get status(): Observable<MessagingStatus> {
    return this.parts.connections.status;
  }

  /**
   * Asks, with payload and reply checked by the contract.
   *
   * @throws {InvalidPayloadError} when either does not fit.
   * @throws {PayloadTooLargeError} when the payload takes more than `maxPayloadBytes`.
   * @throws {RemoteError} when the service refused: `code` and `facts` are its own.
   * @throws {RequestTimeoutError} when no reply came in time.
   */
  async ask<Contract extends RequestContract>(
    contract: Contract,
    payload: StandardSchemaV1.InferInput<Contract['schema']>,
    options: RecordOptions = {},
  ): Promise<StandardSchemaV1.InferOutput<Contract['reply']>> {
    const checked = await checkPayload(contract.name, contract.schema, payload);
    const reply$ = this.send(contract.name, new RedisStreamsRecord(checked, options));
    const reply = await firstValueFrom(reply$, { defaultValue: undefined });
    return checkPayload(`reply to ${contract.name}`, contract.reply, reply);
  }

  // As the base does, without its detour through promises when there is nothing to wait for.
  override send<Result = unknown>(pattern: unknown, data: unknown): Observable<Result> {
    if (isMissing(pattern) || isMissing(data)) return super.send(pattern, data);
    return new Observable((subscriber) => {
      const { replies, connections } = this.parts;
      if (!replies.isReady || !connections.isReady) {
        return super.send<Result>(pattern, data).subscribe(subscriber);
      }
      return this.publish(this.createPacket(pattern, data), this.createObserver(subscriber));
    });
  }

  /** Resolves when requests can be sent. @throws {RedisUnavailableError} */
  override async connect(): Promise<void> {
    await this.parts.replies.ready();
    await this.parts.connections.ready();
  }

  /** The connections are the module's, which closes them. */
  override async close(): Promise<void> {}

  override on<Event extends keyof ConnectionEvents>(
    event: Event,
    callback: ConnectionEvents[Event],
  ): void {
    this.parts.connections.commands.on(event, callback);
  }

  /** The ioredis client for commands. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the signature is Nest's
  override unwrap<T = RedisClient>(): T {
    return this.parts.connections.commands as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const { options, service, replies } = this.parts;
    const topic = this.normalizePattern(packet.pattern as string);
    const { payload, options: chosen } = toRecord(packet.data);
    const timeoutMs = chosen.timeoutMs ?? options.requestTimeoutMs;
    const { codec, codecs, maxPayloadBytes, observer } = options;
    const text = writePayload(payload, { topic, codec, maxPayloadBytes });
    const asked = asking({ service, topic }, options.context);
    const request = new PendingRequest({
      service,
      topic,
      timeoutMs,
      observer,
      codecs,
      inbox: replies,
      callback,
      onOver: asked.end,
    });
    const envelope = writeEnvelope({
      id: request.id,
      topic,
      replyTo: replies.channel,
      headers: { ...asked.headers, ...packet.metadata, ...chosen.headers },
    });
    this.requests.add({ envelope, payload: text, timeoutMs, request });
    return () => request.forget();
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const topic = this.normalizePattern(packet.pattern as string);
    const { payload, options } = toRecord(packet.data);
    const id = uuidv7();
    const headers = { ...packet.metadata, ...options.headers };
    await this.parts.publisher.publish([{ id, topic, key: options.key ?? id, payload, headers }]);
    return undefined as T;
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

import { Injectable, Logger } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { RedisClient } from '@trilith/redis';
import type { Observable } from 'rxjs';

import {
  type MessagingOptions,
  type ResolvedMessagingOptions,
  resolveMessagingOptions,
} from '../messaging.options.js';
import { EventConsumer } from './consumer/event-consumer.js';
import { RequestConsumer } from './consumer/request-consumer.js';
import { EventDispatcher, type InsideHooks } from './event-dispatcher.js';
import { recordFailures } from './failure-recorder.js';
import { layOutPartitions } from './layout.js';
import { MessagingConnections, type MessagingStatus } from './messaging-connections.js';
import type { RedisStreamsContext } from './redis-streams.context.js';
import { RequestResponder } from './request-responder.js';
import { redisStreams } from './transport-id.js';
import { StreamKeeper } from './stream-keeper.js';

/** What `on` can be told of, by the connection for commands and by those that wait for messages. */
export type ConnectionEvents = Record<
  'ready' | 'error' | 'close' | 'reconnecting' | 'end',
  (...args: unknown[]) => void
>;

/**
 * Receives requests and events from Redis Streams, as a strategy of a Nest microservice:
 * `app.connectMicroservice({ strategy: app.get(RedisStreamsServer) }, { inheritAppConfig: true })`.
 * Without a module: `new RedisStreamsServer(options)`.
 */
@Injectable()
export class RedisStreamsServer
  extends Server<ConnectionEvents, MessagingStatus>
  implements CustomTransportStrategy
{
  override readonly transportId: symbol;
  override readonly propagatesEventHandlerErrors = true;
  private readonly options: ResolvedMessagingOptions;
  private readonly eventHandlers = new Map<string, MessageHandler[]>();
  private readonly connections: MessagingConnections;
  private readonly ownsConnections: boolean;
  private readonly listeners: [keyof ConnectionEvents, (...args: unknown[]) => void][] = [];
  private consumers: readonly (EventConsumer | RequestConsumer)[] = [];
  private keeper: StreamKeeper | undefined;
  private closed: Promise<void> | undefined;
  private isInstrumented = false;
  private isListening = false;

  /** @throws {MessagingOptionError} */
  constructor(options: MessagingOptions, connections?: MessagingConnections) {
    super();
    recordFailures();
    this.options = resolveMessagingOptions(options);
    this.transportId = redisStreams(this.options.name);
    this.connections = connections ?? new MessagingConnections(this.options);
    this.ownsConnections = connections === undefined;
  }

  override get status(): Observable<MessagingStatus> {
    return this.connections.status;
  }

  /** One pattern may have several event handlers: each of them must succeed. */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    if (!isEventHandler) return super.addHandler(pattern, callback, false, extras);
    const topic = this.normalizePattern(pattern as string);
    const handlers = this.eventHandlers.get(topic) ?? [];
    this.eventHandlers.set(topic, [
      ...handlers,
      Object.assign(callback, { isEventHandler, extras }),
    ]);
    if (!this.messageHandlers.has(topic)) this.messageHandlers.set(topic, callback);
  }

  override setOnProcessingStartHook(...hook: Parameters<Server['setOnProcessingStartHook']>): void {
    this.isInstrumented = true;
    super.setOnProcessingStartHook(...hook);
  }

  override setOnProcessingEndHook(...hook: Parameters<Server['setOnProcessingEndHook']>): void {
    this.isInstrumented = true;
    super.setOnProcessingEndHook(...hook);
  }

  /** Connects, creates the groups and starts to receive. The callback gets the error, if any. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    let failure: unknown;
    try {
      await this.start();
    } catch (error) {
      failure = error;
    }
    callback(failure);
  }

  /** Finishes what is in hand, gives back the rest and closes what it opened. */
  close(): Promise<void> {
    this.closed ??= this.stop();
    return this.closed;
  }

  /** For readiness checks. @throws when Redis does not answer, or `signal` aborts first. */
  async ping(signal?: AbortSignal): Promise<void> {
    await this.connections.ping(signal);
  }

  override on<Event extends keyof ConnectionEvents>(
    event: Event,
    callback: ConnectionEvents[Event],
  ): void {
    this.listeners.push([event, callback]);
    if (!this.isListening) return;
    for (const client of this.connections.all()) client.on(event, callback);
  }

  /** The ioredis clients: the one for commands first. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the signature is Nest's
  override unwrap<T = readonly RedisClient[]>(): T {
    return this.connections.all() as T;
  }

  private async start(): Promise<void> {
    const { options, connections } = this;
    await connections.start();
    await layOutPartitions(connections.commands, options);
    const logger = new Logger('Messaging');
    this.keeper = new StreamKeeper({ publisher: options.service, options, connections, logger });
    this.keeper.start();
    this.consumers = this.makeConsumers();
    if (this.eventHandlers.size > 0 && this.options.subscribeTo.length === 0) {
      this.logger.warn('There are event handlers, but messaging.subscribeTo names no publisher');
    }
    for (const consumer of this.consumers) await consumer.start();
    this.isListening = true;
    for (const [event, callback] of this.listeners) {
      for (const client of this.connections.all()) client.on(event, callback);
    }
  }

  private async stop(): Promise<void> {
    const { shutdownTimeoutMs } = this.options;
    await this.keeper?.stop();
    await Promise.all(this.consumers.map(async (consumer) => consumer.stop(shutdownTimeoutMs)));
    if (this.ownsConnections) await this.connections.close();
  }

  /** Runs a handler between the hooks that instrumentation sets, and settles as it does. */
  private insideHooks(context: RedisStreamsContext, work: () => Promise<void>): Promise<void> {
    if (!this.isInstrumented) return work();
    return new Promise((resolve, reject) => {
      const hooked: unknown = this.runWithProcessingHooks(context, async (runEndHook) => {
        await work().then(resolve, reject);
        runEndHook();
      });
      Promise.resolve(hooked).catch(reject);
    });
  }

  private makeConsumers(): (EventConsumer | RequestConsumer)[] {
    const { options, connections } = this;
    const insideHooks: InsideHooks = (context, work) => this.insideHooks(context, work);
    const dispatcher = new EventDispatcher({
      context: options.context,
      codecs: options.codecs,
      group: options.service,
      handlersOf: (topic) => this.eventHandlers.get(topic) ?? [],
      insideHooks,
    });
    const responder = new RequestResponder({
      options,
      handlerOf: (topic) => this.messageHandlers.get(topic),
      send: (response$, respond) => this.send(response$, respond),
      insideHooks,
    });
    const events = new EventConsumer(options, connections, dispatcher);
    const requests = new RequestConsumer(options, connections, responder);
    const answers = [...this.messageHandlers.values()].some((handler) => !handler.isEventHandler);
    return answers ? [events, requests] : [events];
  }
}

import { stringify } from './transport/failure.js';

/** A messaging option is wrong. The message names it, what it got and what it takes. */
export class MessagingOptionError extends Error {
  override readonly name = 'MessagingOptionError';
  readonly code = 'messaging_option';

  constructor(option: string, got: unknown, takes: string) {
    super(`messaging.${option}: got ${JSON.stringify(got) ?? String(got)}; takes ${takes}`);
  }
}

/** No reply came before the request's deadline. It may have been handled all the same. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
  readonly code = 'request_timeout';

  constructor(
    readonly service: string,
    readonly topic: string,
    readonly timeoutMs: number,
  ) {
    super(`${service} did not answer ${topic} within ${timeoutMs} ms`);
  }
}

/** So many requests wait for a service that this one was not even sent: ask again later. */
export class ServiceOverloadedError extends Error {
  override readonly name = 'ServiceOverloadedError';
  readonly code = 'service_overloaded';

  constructor(
    readonly service: string,
    readonly waiting: number,
  ) {
    super(`${waiting} requests wait for ${service} already`);
  }
}

/**
 * A subscribing service has left so many events undone that no more are taken: nothing was published.
 * Counts as an outage: an outbox waits, and goes on when the service has caught up.
 */
export class StreamFullError extends Error {
  override readonly name = 'StreamFullError';
  readonly code = 'stream_full';
  readonly facts: {
    /** The stream, or the set of delayed events, that is full. */
    readonly key: string;
    /** Entries left undone in it. */
    readonly entries: number;
    /** Who left them; empty where they wait for their time. */
    readonly group: string;
  };

  constructor({ key, entries, group }: StreamFullError['facts']) {
    const cause = group === '' ? 'wait for their time' : `are left undone by ${group}`;
    super(`${key} is full: ${entries} events ${cause}`);
    this.facts = { key, entries, group };
  }
}

/** Another has published with a higher fencing token: whoever holds the lower one must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
  readonly code = 'fenced';
  readonly facts: { readonly highest: string };

  constructor(
    readonly publisher: string,
    highest: bigint,
  ) {
    super(`events of ${publisher} were published with the higher fencing token ${highest}`);
    this.facts = { highest: String(highest) };
  }
}

/** The process stopped before the reply came. */
export class MessagingClosedError extends Error {
  override readonly name = 'MessagingClosedError';
  readonly code = 'messaging_closed';

  constructor() {
    super('the connections for messages are closed');
  }
}

/** What is wrong with one part of a payload. */
export interface PayloadProblem {
  /** Where: `author.name`, `tags.0`; empty for the payload as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A payload does not fit its contract, or cannot be written or read by its codec. */
export class InvalidPayloadError extends Error {
  override readonly name = 'InvalidPayloadError';
  readonly code = 'invalid_payload';
  readonly facts: { readonly problems: readonly PayloadProblem[] };

  constructor(
    readonly topic: string,
    problems: readonly PayloadProblem[],
    options?: ErrorOptions,
  ) {
    super(`${topic}: ${problems.map(describe).join('; ')}`, options);
    this.facts = { problems };
  }
}

/** A payload is larger than `maxPayloadBytes`: nothing of it was written. */
export class PayloadTooLargeError extends Error {
  override readonly name = 'PayloadTooLargeError';
  readonly code = 'payload_too_large';

  constructor(
    readonly topic: string,
    /** Bytes that it would take, and that it may take at most. */
    readonly facts: { readonly size: number; readonly bound: number },
  ) {
    super(`${topic}: ${facts.size} bytes are more than maxPayloadBytes, ${facts.bound}`);
  }
}

/** An event's handler did not finish within `handlerTimeoutMs` and did not ask for more time. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  readonly code = 'handler_timeout';

  constructor(topic: string, timeoutMs: number) {
    super(`${topic} was not handled within ${timeoutMs} ms; context.extend() asks for more time`);
  }
}

/** Every consumer that took an event died before it was done. */
export class ConsumersLostError extends Error {
  override readonly name = 'ConsumersLostError';
  readonly code = 'consumers_lost';

  constructor(topic: string, attempts: number) {
    super(`${topic} was taken ${attempts} times by consumers that did not finish it`);
  }
}

/** The error that a service answered a request with. */
export class RemoteError extends Error {
  override readonly name: string = 'RemoteError';
  /** As the service gave it: `account_not_found`; `remote_error` when it gave none. */
  readonly code: string;
  /** As the service gave them: what a program can act on. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(readonly details: Readonly<Record<string, unknown>>) {
    const { message, code, facts } = details;
    super(typeof message === 'string' ? message : stringify(details));
    this.code = typeof code === 'string' ? code : 'remote_error';
    this.facts =
      (typeof facts === 'object' ? (facts as Record<string, unknown> | null) : null) ?? {};
  }
}

function describe({ path, message }: PayloadProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { PATTERN_HANDLER_METADATA, PATTERN_METADATA } from '@nestjs/microservices/constants';
import { PatternHandler } from '@nestjs/microservices/enums/pattern-handler.enum';

import { idempotentOptionsOf } from './idempotent.options.js';
import { Inbox } from './inbox.js';
import { IdempotentHandlerError } from './inbox.errors.js';

/** A handler that says `@Idempotent()`. */
interface IdempotentHandler {
  /** `InvoicesConsumer.onOrderPlaced`. */
  readonly name: string;
  readonly method: object;
  readonly consumer: string | undefined;
}

/** All handlers that say `@Idempotent()`: what would go wrong quietly is found at boot. */
@Injectable()
export class IdempotentHandlers {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly inbox: Inbox,
  ) {}

  /** @throws {IdempotentHandlerError} */
  check(): void {
    const names = new Map<string, string>();
    for (const handler of this.find()) {
      requireUsable(handler);
      for (const pattern of patternsOf(handler.method)) {
        const remembered = JSON.stringify([pattern, handler.consumer]);
        const other = names.get(remembered);
        // The second would take the message for one that was handled, by the first.
        if (other !== undefined) throw new IdempotentHandlerError(handler.name, sameAs(other));
        names.set(remembered, handler.name);
      }
    }
  }

  private *find(): Generator<IdempotentHandler> {
    for (const { metatype } of this.discovery.getControllers()) {
      const prototype: unknown = metatype?.prototype;
      if (typeof prototype !== 'object' || prototype === null) continue;
      for (const key of this.scanner.getAllMethodNames(prototype)) {
        const method: unknown = Reflect.get(prototype, key);
        const options = typeof method === 'function' ? idempotentOptionsOf(method) : undefined;
        if (options === undefined) continue;
        const { consumer = this.inbox.consumer } = options;
        yield { name: `${metatype?.name}.${key}`, method: method as object, consumer };
      }
    }
  }
}

function requireUsable({ name, method, consumer }: IdempotentHandler): void {
  if (Reflect.getMetadata(PATTERN_HANDLER_METADATA, method) !== PatternHandler.EVENT) {
    const why = 'it is for handlers of events; a request is handled once or not at all';
    throw new IdempotentHandlerError(name, why);
  }
  if (consumer === undefined) {
    throw new IdempotentHandlerError(name, 'neither it nor the inbox has a consumer');
  }
}

function patternsOf(method: object): readonly unknown[] {
  return Reflect.getMetadata(PATTERN_METADATA, method) as unknown[];
}

function sameAs(other: string): string {
  return `${other} handles the same event under the same name; give one a { consumer } of its own`;
}

import { SetMetadata, UseInterceptors, applyDecorators } from '@nestjs/common';

import { IdempotentInterceptor } from './idempotent.interceptor.js';
import { IDEMPOTENT, type IdempotentOptions } from './idempotent.options.js';

export type { IdempotentOptions };

/**
 * Gives an event its effect once, however often it is delivered: the handler runs in a transaction
 * of the inbox ({@link Inbox.once}), in which the message's id is remembered too. It commits when
 * the handler has resolved and its Observable completed; if that fails, nothing is remembered. A
 * message that was handled before is acknowledged, and the handler is not run.
 *
 * Needs `InboxModule` in the application. Wrong use stops the boot.
 *
 * @example
 * \@Idempotent()
 * \@Subscribe(orderPlaced)
 * async onOrderPlaced(@Payload() order: OrderPlaced): Promise<void> {
 *   await this.invoices.open(order);
 * }
 */
export function Idempotent(options: IdempotentOptions = {}): MethodDecorator {
  return applyDecorators(SetMetadata(IDEMPOTENT, options), UseInterceptors(IdempotentInterceptor));
}

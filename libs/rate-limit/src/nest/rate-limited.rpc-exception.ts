import { RpcException } from '@nestjs/microservices';

import type { Refusal, RefusalFacts } from './rate-limit.exceptions.js';

/** A message was refused: its sender gets `{ code, kind, message, facts }`. */
export class RateLimitedRpcException extends RpcException {
  readonly code: Refusal['code'];
  readonly kind: Refusal['kind'];
  readonly facts: RefusalFacts;

  constructor({ code, kind, message, facts }: Refusal) {
    super({ code, kind, message, facts });
    this.message = message;
    this.code = code;
    this.kind = kind;
    this.facts = facts;
  }
}

import { createHmac } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';

/** Who reads a post, as far as a request tells. */
export interface Reader {
  /** Undefined when the reader did not sign in. */
  readonly accountId: string | undefined;
  readonly ip: string;
  readonly userAgent: string | undefined;
}

/** Tells readers apart without naming them. */
@Injectable()
export class VisitorIds {
  constructor(@Inject(CONTENT_CONFIG) private readonly config: ContentConfig) {}

  /**
   * The account of a signed-in reader; for anybody else HMAC-SHA-256 over address and browser,
   * which nobody without the key can compute, and so not find the address by trying them all.
   */
  of({ accountId, ip, userAgent = '' }: Reader): string {
    if (accountId !== undefined) return accountId;
    return createHmac('sha256', this.config.visitorSecret)
      .update(JSON.stringify([ip, userAgent]))
      .digest('base64url');
  }
}

import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { SkipRateLimit } from '@trilith/rate-limit';

/** Marks an operation of the OpenAPI document that is never answered by 429. */
export const UNLIMITED = 'x-unlimited';

/** Frees a route from all limits: for what other services and machines ask for. */
export function Unlimited(): MethodDecorator {
  return applyDecorators(SkipRateLimit(), ApiExtension(UNLIMITED, true));
}

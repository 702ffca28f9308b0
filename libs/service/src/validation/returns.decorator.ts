import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/**
 * Declares what a route answers: the schema shapes the body (fields it does not name are left out),
 * stands in the OpenAPI document, and a value that breaks it is a fault of this service (500). For
 * a list, give an object that holds the array.
 *
 * @param status the status of success, default 200; also set for POST, which Nest would answer by 201
 */
export function Returns(
  schema: z.ZodType,
  { status = 200, description }: { status?: number; description?: string } = {},
): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema, ...(description && { description }) }),
  );
}

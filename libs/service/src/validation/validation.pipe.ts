import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { inputErrors } from './input-error.js';
import { ValidationError } from './validation.error.js';

/**
 * Checks every parameter that names a schema (`@Body({ schema })`, `@Query({ schema })`,
 * `@Param('id', { schema })`, `@Payload({ schema })`) and passes on what the schema made of it.
 */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  /** @throws {ValidationError} naming each place that was refused */
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.schema === undefined || !this.toValidate(metadata)) return value;
    const result = await this.validate(value, metadata.schema);
    if (result.issues !== undefined) {
      throw new ValidationError(inputErrors(result.issues, metadata));
    }
    return result.value as T;
  }
}

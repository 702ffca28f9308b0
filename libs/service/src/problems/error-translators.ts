import { Injectable } from '@nestjs/common';
import { isDomainError, type DomainErrorLike } from './domain.error.js';
import { isStoreFailure, StoreUnavailableError } from './store-failure.js';

/** Gives the domain error that stands for a library's or driver's error, or undefined. */
export type ErrorTranslator = (error: unknown) => DomainErrorLike | undefined;

/**
 * How errors of libraries and drivers become domain errors. Store failures are known already; an
 * app's module adds its own in its constructor:
 *
 * ```ts
 * constructor(errors: ErrorTranslators) {
 *   errors.register((error) => (isUniqueViolation(error) ? new EmailTakenError() : undefined));
 * }
 * ```
 */
@Injectable()
export class ErrorTranslators {
  private readonly translators: ErrorTranslator[] = [];

  /** Adds a translator; the first one that gives an error wins, before the built-in ones. */
  register(translator: ErrorTranslator): void {
    this.translators.push(translator);
  }

  /** The domain error for whatever was thrown, or undefined when nobody knows it. */
  translate(error: unknown): DomainErrorLike | undefined {
    if (isDomainError(error)) return error;
    for (const translator of this.translators) {
      const translated = translator(error);
      if (translated !== undefined) return translated;
    }
    return isStoreFailure(error) ? new StoreUnavailableError(error) : undefined;
  }
}

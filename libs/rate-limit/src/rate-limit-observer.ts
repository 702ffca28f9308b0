import type { DecisionSource } from './decision.js';

/** Told what a limiter decides, for metrics and logs. Each method is optional and should be quick. */
export interface RateLimitObserver {
  /** A check was decided, as part of a `consume` or a `hold`. */
  decided?(facts: {
    readonly limiter: string;
    readonly policy: string;
    /** `shadow`: it would have been refused, and was let through. */
    readonly outcome: 'allowed' | 'refused' | 'shadow';
    readonly source: DecisionSource;
  }): void;
  /** How long a decision took for which Redis was asked, whatever came of it. */
  asked?(facts: { readonly limiter: string; readonly durationMs: number }): void;
  /** Redis does not answer any more. Told at the change, not for each call. */
  unavailable?(facts: { readonly limiter: string; readonly error: unknown }): void;
  /** Redis answers again. */
  available?(facts: { readonly limiter: string }): void;
  /** A slot that was held is gone: it could not be renewed in time. */
  slotLost?(facts: { readonly limiter: string; readonly policies: readonly string[] }): void;
}

export { createService, type CreateServiceOptions } from './create-service.js';
export { CORRELATION_HEADER } from './correlation/correlation.js';
export { MessageContext } from './correlation/message-context.js';
export { MergePatch } from './http/body-types.js';
export { ClientAddress, clientAddressOf, clientNetworkOf } from './http/client-address.js';
export { entityTag, IfMatch, type SeenVersions } from './http/if-match.js';
export { mergePatch } from './http/merge-patch.js';
export { PreconditionFailedError, PreconditionRequiredError } from './http/precondition.errors.js';
export { StreamedBody } from './http/streamed-body.js';
export type { TrustedProxies } from './http/trusted-proxies.js';
export { HealthRegistry, type HealthCheck } from './health/health-registry.js';
export { NotReadyError } from './health/not-ready.error.js';
export { Lifecycle, type Phase } from './lifecycle/lifecycle.js';
export { CallerIdentity } from './limits/caller-identity.js';
export { limitEnvironment, limitSettings, type LimitSettings } from './limits/limit-settings.js';
export type { ServiceLimits } from './limits/limits.module.js';
export { rate, type Rate } from './limits/rate.js';
export { Unlimited } from './limits/unlimited.decorator.js';
export { MetricsRegistry } from './metrics/metrics-registry.js';
export { BEARER_SCHEME } from './openapi/openapi.js';
export {
  DomainError,
  isDomainError,
  type DomainErrorKind,
  type DomainErrorLike,
  type Facts,
  type Json,
} from './problems/domain.error.js';
export { ErrorTranslators, type ErrorTranslator } from './problems/error-translators.js';
export { problemSchema, type Problem } from './problems/problem.js';
export type { MessageError } from './problems/problem.filter.js';
export { isStoreFailure, StoreUnavailableError } from './problems/store-failure.js';
export { redisUrl, redisUrls } from './redis-url.js';
export { runService } from './run-service.js';
export type { ServiceDefinition } from './service-definition.js';
export {
  serviceEnvironment,
  serviceSettings,
  type ServiceConfig,
  type ServiceSettings,
  type ServiceVariables,
} from './service-environment.js';
export { StartError } from './start/start.error.js';
export { type InputError, inputErrors } from './validation/input-error.js';
export { Returns } from './validation/returns.decorator.js';
export { text, type TextBounds } from './validation/text.js';
export { wholeNumber, type WholeNumberBounds } from './validation/whole-number.js';
export { ValidationError } from './validation/validation.error.js';

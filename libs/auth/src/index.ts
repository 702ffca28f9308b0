export { Authenticated, Caller, OptionallyAuthenticated } from './auth.decorators.js';
export {
  KeysUnavailableError,
  RoleMissingError,
  TokenExpiredError,
  TokenInvalidError,
  TokenMissingError,
} from './auth.errors.js';
export { AuthGuard, callerOf } from './auth.guard.js';
export { AuthModule } from './auth.module.js';
export { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';
export { staticKeys, type KeySource } from './key-source.js';
export { remoteKeys, type RemoteKeysOptions } from './remote-keys.js';
export { TokenVerifier } from './token-verifier.js';

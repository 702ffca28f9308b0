import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CallerIdentity } from '@trilith/service';
import { AuthGuard } from './auth.guard.js';
import { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';
import { TokenIdentity } from './token-identity.js';
import { TokenVerifier } from './token-verifier.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<AuthOptions>({
  optionsInjectionToken: AUTH_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras({}, (definition) => ({ ...definition, global: true }))
  .build();

/**
 * Makes `@Authenticated()`, `@OptionallyAuthenticated()` and `@Caller()` work in every module:
 * `AuthModule.forRoot({ issuer, audience, keys })` or `forRootAsync`, once.
 */
@Module({
  providers: [TokenVerifier, AuthGuard, { provide: CallerIdentity, useClass: TokenIdentity }],
  exports: [TokenVerifier, AuthGuard, CallerIdentity],
})
export class AuthModule extends ConfigurableModuleClass implements OnApplicationBootstrap {
  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {
    super();
  }

  /** Not awaited: a service starts, and serves what needs no token, while the issuer is away. */
  onApplicationBootstrap(): void {
    void this.options.keys.warm?.();
  }
}

import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ClsModule } from 'nestjs-cls';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { MessageContext } from './correlation/message-context.js';
import { HealthController } from './health/health.controller.js';
import { HealthRegistry } from './health/health-registry.js';
import { RouteTable } from './http/route-table.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { nestLoggerParams } from './logging/logger.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { HttpMetrics, MetricsRegistry } from './metrics/metrics-registry.js';
import { ErrorTranslators } from './problems/error-translators.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { ValidationPipe } from './validation/validation.pipe.js';

const SHARED = [
  ErrorTranslators,
  HealthRegistry,
  HttpMetrics,
  Lifecycle,
  MessageContext,
  MetricsRegistry,
  RouteTable,
];

/** What every service has around its own module. Global: its providers are injected anywhere. */
@Global()
@Module({})
export class ServiceModule {
  static around(app: DynamicModule['imports'], logger: Logger): DynamicModule {
    return {
      module: ServiceModule,
      imports: [
        ClsModule.forRoot({ global: true }),
        LoggerModule.forRoot(nestLoggerParams(logger)),
        TerminusModule,
        ...(app ?? []),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        ...SHARED,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: ValidationPipe },
        { provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
      ],
      exports: SHARED,
    };
  }
}

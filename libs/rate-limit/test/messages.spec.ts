import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, type ExecutionContext, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import { RateLimit, RateLimitModule, concurrency, slidingLog } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

interface Asked {
  readonly account: string;
}

const accountOf = (context: ExecutionContext) => context.switchToRpc().getData<Asked>().account;
const counted: string[] = [];

@Controller()
class AccountsController {
  @RateLimit({ policy: 'lookups', key: accountOf })
  @MessagePattern('accounts.get')
  get(@Payload() { account }: Asked) {
    return { account };
  }

  @RateLimit({ policy: 'lookups', key: accountOf })
  @EventPattern('accounts.seen')
  seen(@Payload() { account }: Asked) {
    counted.push(account);
  }

  @RateLimit('lookups')
  @MessagePattern('accounts.by-address')
  byAddress() {
    return 'never';
  }

  @RateLimit({ policy: 'in-flight', key: accountOf })
  @MessagePattern('accounts.in-flight')
  inFlight() {
    return 'never';
  }
}

describe('@RateLimit for messages', () => {
  let test: TestRedis;
  let app: INestApplication;
  let client: ClientProxy;

  beforeAll(async () => {
    test = await openRedis();
    @Module({
      imports: [
        RateLimitModule.forRootAsync({
          useFactory: () => ({
            redis: test.redis,
            prefix: test.prefix,
            deadlineMs: 30_000,
            policies: [
              slidingLog({ name: 'lookups', limit: 2, windowMs: 3_600_000 }),
              concurrency({ name: 'in-flight', limit: 2, leaseMs: 1_000 }),
            ],
            global: ['lookups'],
          }),
        }),
      ],
      controllers: [AccountsController],
    })
    class AppModule {}
    app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
    const server = app.connectMicroservice<MicroserviceOptions>(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
      { inheritAppConfig: true },
    );
    await app.startAllMicroservices();
    const { port } = server.unwrap<{ address(): { port: number } }>().address();
    const options = { host: '127.0.0.1', port };
    client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  });
  afterAll(async () => {
    client.close();
    await app.close();
    await test.close();
  });

  const ask = async (pattern: string, account: string) =>
    firstValueFrom(client.send<unknown, Asked>(pattern, { account }));

  it('refuses requests beyond the limit with a code and facts, and global rules leave them alone', async () => {
    expect(await ask('accounts.get', 'ada')).toEqual({ account: 'ada' });
    expect(await ask('accounts.get', 'ada')).toEqual({ account: 'ada' });
    await expect(ask('accounts.get', 'ada')).rejects.toMatchObject({
      code: 'rate_limited',
      kind: 'rate_limited',
      message: expect.stringContaining('Too many requests'),
      facts: { policy: 'lookups', limit: 2, remaining: 0, retryAfterMs: expect.any(Number) },
    });
    expect(await ask('accounts.get', 'bob')).toEqual({ account: 'bob' });
  });

  it('handles no event beyond the limit', async () => {
    for (let n = 0; n < 5; n += 1) {
      await firstValueFrom(client.emit('accounts.seen', { account: 'eve' }), {
        defaultValue: null,
      });
    }
    await firstValueFrom(client.emit('accounts.seen', { account: 'mallory' }), {
      defaultValue: null,
    });
    await eventually(() => expect(counted).toContain('mallory'));
    expect(counted.filter((account) => account === 'eve')).toHaveLength(2);
  });

  it.each(['accounts.by-address', 'accounts.in-flight'])(
    'fails what cannot be limited, rather than let it through: %s',
    async (pattern) => {
      await expect(ask(pattern, 'ada')).rejects.toMatchObject({ status: 'error' });
    },
  );
});

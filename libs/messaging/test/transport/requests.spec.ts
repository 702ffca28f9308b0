import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type RedisForTest, redisForTest } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import { type ServiceForTest, startService } from './service-for-test.js';

@Controller()
class EchoController {
  @MessagePattern('echo')
  echo(@Payload() payload: unknown): unknown {
    return payload;
  }
}

describe('requests', () => {
  let redis: RedisForTest;
  let server: ServiceForTest;
  let caller: ServiceForTest;

  beforeEach(async () => {
    redis = await redisForTest();
    const shared = { redis: { url: redis.url }, prefix: redis.prefix };
    server = await startService({ ...shared, service: 'users', controllers: [EchoController] });
    caller = await startService({ ...shared, service: 'content', asks: ['users'] });
  });

  afterEach(async () => {
    await caller.close();
    await server.close();
    await redis.close();
  });

  it('are answered with what the handler returns', async () => {
    const reply$ = caller.client('users').send('echo', { text: 'hello' });
    expect(await firstValueFrom(reply$)).toEqual({ text: 'hello' });
  });
});

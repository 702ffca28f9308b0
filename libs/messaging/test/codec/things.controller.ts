import { Controller, Injectable } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { type Observable, of, throwError } from 'rxjs';
import { z } from 'zod';

import { Respond, Subscribe } from '../../src/index.js';

/** What JSON cannot hold. */
export const thing = {
  at: new Date('2026-03-01T10:00:00.123Z'),
  counts: new Map<unknown, unknown>([
    ['a', new Set([1, 2])],
    [7, null],
  ]),
  bytes: Buffer.from([0, 255, 35, 10, 128]),
  large: 2n ** 60n,
};

/** What no codec can write. */
export const unwritable = {
  get part(): never {
    throw new Error('has no value');
  },
};

export const visit = { name: 'visits', schema: z.object({ at: z.date(), guests: z.int() }) };
export const getVisit = {
  name: 'visits.get',
  schema: z.object({ after: z.date() }),
  reply: z.object({ at: z.date() }),
};

/** What the handlers of one replica were given. */
@Injectable()
export class Things {
  readonly seen: unknown[] = [];
  /** Called for each event; may throw. */
  behave: () => void = () => undefined;
}

@Controller()
export class ThingsController {
  constructor(private readonly things: Things) {}

  @EventPattern('things')
  onThing(@Payload() payload: unknown): void {
    this.things.behave();
    this.things.seen.push(payload);
  }

  @Subscribe(visit)
  onVisit(payload: { at: Date; guests: number }): void {
    this.things.seen.push(payload);
  }

  @Respond(getVisit)
  get({ after }: { after: Date }): { at: Date } {
    return { at: new Date(after.getTime() + 1) };
  }

  @MessagePattern('echo')
  echo(@Payload() payload: unknown): unknown {
    this.things.seen.push(payload);
    return payload;
  }

  @MessagePattern('stream')
  stream(@Payload() payload: unknown): Observable<unknown> {
    return of(payload, new Date(1), 'last');
  }

  @MessagePattern('nothing')
  nothing(): void {}

  @MessagePattern('unwritable')
  unwritable(): unknown {
    return unwritable;
  }

  @MessagePattern('refuse-without-words')
  refuseWithoutWords(): void {
    throw new RpcException({ code: 'large', facts: { large: thing.large } });
  }

  @MessagePattern('refuse-by-number')
  refuseByNumber(): Observable<never> {
    return throwError(() => thing.large);
  }

  @MessagePattern('refuse')
  refuse(): void {
    throw new RpcException({ code: 'closed', message: 'is closed', facts: { until: thing.at } });
  }
}

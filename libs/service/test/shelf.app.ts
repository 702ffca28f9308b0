import { setTimeout as sleep } from 'node:timers/promises';
import {
  Body,
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Param,
  Patch,
  Post,
  Query,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  MessagePattern,
  Payload,
  Server,
  type CustomTransportStrategy,
} from '@nestjs/microservices';
import { port, secret } from '@trilith/config';
import { z } from 'zod';
import {
  DomainError,
  HealthRegistry,
  IfMatch,
  mergePatch,
  MergePatch,
  Returns,
  serviceEnvironment,
  serviceSettings,
  text,
  wholeNumber,
  type ServiceConfig,
  type Json,
  type SeenVersions,
  type ServiceDefinition,
} from '../src/index.js';

const bookSchema = z
  .object({ id: z.uuid(), title: z.string(), pages: z.int() })
  .meta({ id: 'Book', description: 'A book on the shelf.' });
const newBookSchema = z
  .strictObject({
    title: text({ min: 1, max: 80 }),
    pages: z.int().min(1).max(10_000),
    genre: z.enum(['novel', 'poetry']).optional(),
    tags: z
      .array(text({ max: 20 }))
      .max(5)
      .default([]),
    extra: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'NewBook' });
const searchSchema = z.strictObject({ limit: wholeNumber({ min: 1, max: 100 }).prefault(20) });

export class BookNotFoundError extends DomainError {
  readonly code = 'book_not_found';
  readonly kind = 'not_found';
  constructor(id: string) {
    super('There is no such book.', { facts: { id } });
  }
}

const ID = '0198c1a0-0000-7000-8000-000000000001';

@Injectable()
export class Shelf implements OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(Shelf.name);
  /** Set by tests: what the next call throws. */
  fault: unknown;

  onModuleDestroy(): void {
    this.logger.log('shelf destroyed');
  }

  async onApplicationShutdown(): Promise<void> {
    if (process.env['SHELF_NEVER_CLOSES'] === 'true') await sleep(1_000_000);
    this.logger.log('shelf closed');
  }

  async find(id: string): Promise<z.input<typeof bookSchema> & { secretNote: string }> {
    this.logger.log('looking');
    await sleep(1);
    if (this.fault !== undefined) throw this.fault;
    if (id !== ID) throw new BookNotFoundError(id);
    return { id, title: 'Ulysses', pages: 730, secretNote: 'not for readers' };
  }
}

@Controller('v1/books')
export class BooksController {
  private readonly logger = new Logger(BooksController.name);

  constructor(private readonly shelf: Shelf) {}

  @Get('slow')
  @Returns(z.object({ waited: z.int() }))
  async slow(@Query('ms', { schema: z.coerce.number() }) ms: number) {
    this.logger.log('slow one begins');
    await sleep(ms);
    return { waited: ms };
  }

  @Get(':id')
  @Returns(bookSchema)
  find(@Param('id', { schema: z.uuid() }) id: string) {
    return this.shelf.find(id);
  }

  @Get()
  @Returns(z.object({ items: z.array(bookSchema), limit: z.int() }))
  async list(@Query({ schema: searchSchema }) { limit }: z.output<typeof searchSchema>) {
    return { items: [await this.shelf.find(ID)], limit };
  }

  @Post()
  @Returns(bookSchema, { status: 201, description: 'The book was put on the shelf.' })
  add(@Body({ schema: newBookSchema }) book: z.output<typeof newBookSchema>) {
    this.logger.log('adding');
    return { id: ID, ...book };
  }

  @Patch('notes')
  @MergePatch()
  @Returns(z.object({ notes: z.json() }))
  note(
    @Body({ schema: z.record(z.string(), z.json()) }) patch: { [key: string]: Json },
    @IfMatch() seen: SeenVersions,
  ) {
    seen.mustInclude(7);
    return { notes: mergePatch({ place: { row: 3, shelf: 'B' }, read: true }, patch) };
  }

  @Patch('notes/careless')
  @MergePatch()
  @Returns(z.object({ looked: z.boolean() }))
  noteCarelessly(@IfMatch({ optional: true }) seen: SeenVersions | undefined) {
    seen?.mustInclude(7);
    return { looked: seen !== undefined };
  }

  @MessagePattern('books.get')
  ask(@Payload({ schema: z.strictObject({ id: z.uuid() }) }) { id }: { id: string }) {
    return this.shelf.find(id);
  }
}

/** A transport without a wire: tests hand it messages. */
export class LoopbackTransport extends Server implements CustomTransportStrategy {
  protected override readonly logger = new Logger(LoopbackTransport.name);

  override listen(done: () => void): void {
    done();
  }
  override async close(): Promise<void> {
    await sleep(5);
    this.logger.log('transport closed');
  }
  override on(): void {}
  override unwrap(): never {
    throw new Error('Nothing to unwrap.');
  }

  async ask(pattern: string, payload: unknown): Promise<unknown> {
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) throw new Error(`No handler for ${pattern}.`);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.transformToObservable(await handler(payload, {})).subscribe({
      next: resolve,
      error: reject,
    });
    return await promise;
  }
}

const DRIVER = {
  provide: 'a driver that connects while the app is built',
  useFactory: async () => {
    if (process.env['SHELF_DRIVER'] === 'hangs') await sleep(1_000_000);
    if (process.env['SHELF_DRIVER'] !== 'fails') return;
    const message = 'connect ECONNREFUSED postgres://me:hunter2@127.0.0.1:1/x';
    throw Object.assign(new Error(message), { code: 'ECONNREFUSED' });
  },
};

@Module({ controllers: [BooksController], providers: [Shelf, LoopbackTransport, DRIVER] })
export class ShelfModule {
  constructor(health: HealthRegistry, shelf: Shelf) {
    if (process.env['SHELF_FAULT'] === 'true') throw new Error('a fault of the program');
    health.register('shelf', async (signal) => {
      if (process.env['SHELF_HANGS'] === 'true') await sleep(60_000, undefined, { signal });
      if (process.env['SHELF_BROKEN'] === 'true' || shelf.fault === 'shelf') {
        throw Object.assign(new Error('the shelf fell; password=hunter2'), { code: 'EFALLEN' });
      }
    });
  }
}

interface ShelfConfig extends ServiceConfig {
  readonly storeUrl: string | undefined;
}

export const shelf: ServiceDefinition<ShelfConfig> = {
  name: 'shelf',
  description: 'Keeps books.',
  config: z
    .object({
      ...serviceEnvironment,
      PORT: port(0),
      SHELF_SECRET: secret({ minLength: 8 }).default('only for tests'),
      STORE_URL: z.string().optional(),
    })
    .transform((env) => ({ service: serviceSettings(env), storeUrl: env.STORE_URL })),
  module: () => ShelfModule,
  strategies: (app) => [app.get(LoopbackTransport)],
  stores: ({ storeUrl }): Record<string, string> =>
    storeUrl === undefined ? {} : { shelf: storeUrl },
};

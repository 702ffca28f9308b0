import { Controller, Get, Module } from '@nestjs/common';
import { loadConfig } from '@trilith/config';
import { createService, serviceEnvironment, serviceSettings } from '@trilith/service';
import { z } from 'zod';
import {
  Authenticated,
  AuthModule,
  Caller,
  OptionallyAuthenticated,
  staticKeys,
  type KeySource,
} from '../src/index.js';
import { AUDIENCE, ISSUER, makeSigner, type Signer } from './tokens.js';

@Controller('v1')
class NotesController {
  @Get('mine')
  @Authenticated()
  mine(@Caller() caller: Caller) {
    return caller;
  }

  @Get('public')
  @OptionallyAuthenticated()
  public(@Caller() caller: Caller | undefined) {
    return { caller: caller?.accountId ?? 'nobody' };
  }

  @Get('moderated')
  @Authenticated('moderator', 'admin')
  moderated() {
    return { done: true };
  }
}

/** A whole controller may ask for a caller, and one of its routes for less. */
@Controller('v1/drafts')
@Authenticated()
class DraftsController {
  @Get()
  all() {
    return { done: true };
  }

  @Get('preview')
  @OptionallyAuthenticated()
  preview() {
    return { done: true };
  }
}

@Module({ controllers: [NotesController, DraftsController] })
class NotesModule {}

const config = z.object(serviceEnvironment).transform((env) => ({ service: serviceSettings(env) }));

/** What a caller got. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly challenge: string | null;
  readonly body: Record<string, unknown>;
}

/** A service whose routes ask for callers in each way. */
export class NotesService {
  /** How often a key was looked for. */
  lookUps = 0;
  readonly log: string[] = [];
  url = '';
  private stop: () => Promise<void> = async () => Promise.resolve();

  private constructor(readonly signer: Signer) {}

  static async start(): Promise<NotesService> {
    const service = new NotesService(await makeSigner('key-1'));
    const keys = service.counted(staticKeys({ keys: [service.signer.jwk] }));
    const auth = AuthModule.forRoot({ issuer: ISSUER, audience: AUDIENCE, keys });
    const app = await createService(
      {
        name: 'notes',
        description: 'Notes.',
        config,
        module: () => ({ module: NotesModule, imports: [auth] }),
      },
      loadConfig(config, { LOG_FORMAT: 'json' }),
      { logTo: { write: (line) => void service.log.push(line) } },
    );
    await app.listen(0, '127.0.0.1');
    service.url = await app.getUrl();
    service.stop = () => app.close();
    return service;
  }

  async ask(path: string, authorization?: string): Promise<Answer> {
    const headers = authorization ? { authorization } : {};
    const response = await fetch(this.url + path, { headers });
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      challenge: response.headers.get('www-authenticate'),
      body: (await response.json()) as Record<string, unknown>,
    };
  }

  async close(): Promise<void> {
    await this.stop();
  }

  private counted(keys: KeySource): KeySource {
    return {
      find: (kid) => {
        this.lookUps += 1;
        return keys.find(kid);
      },
    };
  }
}

import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload, RpcException } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  accountCreated,
  accountErased,
  accountLocked,
  accountUnlocked,
  accountUpdated,
  getAccount,
  type exportContent,
  type PayloadOf,
  type PublicAccount,
  type ReplyOf,
} from '@trilith/contracts';
import {
  EventPublisher,
  MessagingModule,
  type RedisStreamsClient,
  RedisStreamsServer,
  Respond,
} from '@trilith/messaging';
import { v7 as uuidv7 } from 'uuid';

const CONTENT_CLIENT = Symbol('client of content');

/** What accounts there are, and which were asked for. */
class Accounts {
  readonly known = new Map<string, PublicAccount>();
  readonly asked: string[] = [];
}

@Controller()
class AccountsResponder {
  constructor(private readonly accounts: Accounts) {}

  @Respond(getAccount)
  onGet(@Payload() { accountId }: PayloadOf<typeof getAccount>): PublicAccount {
    this.accounts.asked.push(accountId);
    const account = this.accounts.known.get(accountId);
    if (account !== undefined) return account;
    throw new RpcException({ code: 'account_not_found', message: 'There is no such account.' });
  }
}

/** Stands where users does for messages: tells of accounts and answers for them, over real Redis. */
export class UsersStandIn implements AsyncDisposable {
  private constructor(private readonly app: NestFastifyApplication) {}

  static async start(redis: { url: string; prefix: string }): Promise<UsersStandIn> {
    const { url, prefix } = redis;

    @Module({
      imports: [
        MessagingModule.forRoot({ redis: { url }, prefix, service: 'users' }),
        MessagingModule.forFeature([{ token: CONTENT_CLIENT, service: 'content' }]),
      ],
      controllers: [AccountsResponder],
      providers: [Accounts],
    })
    class UsersStandInModule {}

    const app = await NestFactory.create<NestFastifyApplication>(
      UsersStandInModule,
      new FastifyAdapter(),
      { logger: false, abortOnError: false },
    );
    app.connectMicroservice({ strategy: app.get(RedisStreamsServer) }, { inheritAppConfig: true });
    await app.init();
    await app.startAllMicroservices();
    return new UsersStandIn(app);
  }

  /** The ids of the accounts that were asked for, in order. */
  get asked(): readonly string[] {
    return this.app.get(Accounts).asked;
  }

  /** Answers requests for this account from now on. */
  knows(account: PublicAccount): void {
    this.app.get(Accounts).known.set(account.accountId, account);
  }

  /** Tells subscribers about accounts, in this order. */
  async created(...accounts: PublicAccount[]): Promise<void> {
    const createdAt = new Date().toISOString();
    await this.publish(accounts.map((account) => [accountCreated, { ...account, createdAt }]));
  }

  async updated(...accounts: PublicAccount[]): Promise<void> {
    const updatedAt = new Date().toISOString();
    await this.publish(accounts.map((account) => [accountUpdated, { ...account, updatedAt }]));
  }

  /** Tells subscribers about a lock, or the end of one. */
  async told(
    topic: typeof accountLocked | typeof accountUnlocked,
    payload: PayloadOf<typeof accountLocked> | PayloadOf<typeof accountUnlocked>,
  ): Promise<void> {
    await this.app.get(EventPublisher).publish([{ topic, key: uuidv7(), payload }]);
  }

  /** Tells subscribers that an account is to be erased. */
  async erased(payload: PayloadOf<typeof accountErased>): Promise<void> {
    const event = { topic: accountErased, key: payload.accountId, payload };
    await this.app.get(EventPublisher).publish([event]);
  }

  /** Asks content for a part of an export. */
  async ask(
    contract: typeof exportContent,
    payload: PayloadOf<typeof exportContent>,
  ): Promise<ReplyOf<typeof exportContent>> {
    const client = this.app.get<RedisStreamsClient>(CONTENT_CLIENT);
    return client.ask(contract, payload, { timeoutMs: 30_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
  }

  private async publish(
    events: [typeof accountCreated | typeof accountUpdated, PublicAccount][],
  ): Promise<void> {
    await this.app
      .get(EventPublisher)
      // Keys of their own: nothing holds back an older one behind a newer.
      .publish(events.map(([topic, payload]) => ({ topic, key: uuidv7(), payload })));
  }
}

/** An account with a display name that tells its version. */
export function account(accountId: string, changes: Partial<PublicAccount> = {}): PublicAccount {
  const { version = 1 } = changes;
  return {
    accountId,
    username: `user_${accountId.slice(-12)}`,
    displayName: `Name ${version}`,
    avatarUrl: null,
    version,
    ...changes,
  };
}

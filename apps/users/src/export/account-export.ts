import { Injectable, Logger } from '@nestjs/common';
import { contentKinds } from '@trilith/contracts';

import { AccountNotFoundError } from '../accounts/accounts.errors.js';
import { ContentClient } from './content.client.js';
import { ExportRepository } from './export.repository.js';

/** Writes all that is known of a person as one JSON document, of which little is in memory at a time. */
@Injectable()
export class AccountExport {
  private readonly logger = new Logger(AccountExport.name);

  constructor(
    private readonly exported: ExportRepository,
    private readonly content: ContentClient,
  ) {}

  /**
   * Pieces of text, which are made as they are asked for.
   *
   * @throws AccountNotFoundError at once, before there is anything to read
   */
  async of(accountId: string): Promise<AsyncGenerator<string>> {
    const account = await this.exported.account(accountId);
    if (!account) throw new AccountNotFoundError(accountId);
    return this.document(accountId, account);
  }

  private async *document(accountId: string, account: object): AsyncGenerator<string> {
    const exportedAt = new Date().toISOString();
    yield `{"exportedAt":${JSON.stringify(exportedAt)},"account":${JSON.stringify(account)}`;
    yield `,"profile":${JSON.stringify((await this.exported.profile(accountId)) ?? null)}`;
    yield `,"sessions":${JSON.stringify(await this.exported.sessions(accountId))}`;
    yield ',"activity":';
    yield* list(this.activityOf(accountId));
    yield ',"content":{';
    yield* this.contentOf(accountId);
    yield '}}\n';
  }

  private async *activityOf(accountId: string): AsyncGenerator<object> {
    let page = await this.exported.activity(accountId);
    while (page.length > 0) {
      for (const { id, kind, details, occurredAt } of page) yield { id, kind, details, occurredAt };
      page = await this.exported.activity(accountId, page.at(-1));
    }
  }

  /** Where content cannot tell, the document says so: what is there stays valid JSON. */
  private async *contentOf(accountId: string): AsyncGenerator<string> {
    let isComplete = true;
    const untilFailure = async function* (this: AccountExport, items: AsyncGenerator<object>) {
      try {
        yield* items;
      } catch (error) {
        isComplete = false;
        this.logger.warn({ err: error, accountId }, 'content is missing in an export');
      }
    }.bind(this);
    for (const kind of contentKinds) {
      yield `${JSON.stringify(kind)}:`;
      // Where it did not answer once, nobody waits for it again.
      yield* isComplete ? list(untilFailure(this.content.all(accountId, kind))) : ['[]'];
      yield ',';
    }
    yield `"isComplete":${isComplete}`;
  }
}

async function* list(items: AsyncGenerator<object>): AsyncGenerator<string> {
  let before = '[';
  for await (const item of items) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

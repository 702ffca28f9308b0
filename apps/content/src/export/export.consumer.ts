import { Controller } from '@nestjs/common';
import { exportContent, type PayloadOf, type ReplyOf } from '@trilith/contracts';
import { Respond } from '@trilith/messaging';

import { ExportRepository } from './export.repository.js';

/** What a person gets of all that is known here: asked by users, who know who it is. */
@Controller()
export class ExportConsumer {
  constructor(private readonly exported: ExportRepository) {}

  @Respond(exportContent)
  async page({
    accountId,
    kind,
    after,
  }: PayloadOf<typeof exportContent>): Promise<ReplyOf<typeof exportContent>> {
    return this.exported.page({ accountId, kind, after });
  }
}

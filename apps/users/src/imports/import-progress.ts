import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger, type MessageEvent } from '@nestjs/common';
import { Lifecycle } from '@trilith/service';
import { Observable, type Subscriber } from 'rxjs';

import { toImportView } from './dto/imports.dto.js';
import { ImportsService } from './imports.service.js';

/** Between two looks: whichever replica works on the import, the database knows. */
const EVERY_MS = 500;

/** Tells how far an import is, for as long as somebody listens. */
@Injectable()
export class ImportProgress {
  private readonly logger = new Logger(ImportProgress.name);

  constructor(
    private readonly imports: ImportsService,
    private readonly lifecycle: Lifecycle,
  ) {}

  /**
   * An event at once and after each change. Ends when the import has, when this replica stops, and when
   * the database is away.
   */
  watch(importId: string): Observable<MessageEvent> {
    return new Observable((listener) => {
      const left = new AbortController();
      const until = AbortSignal.any([left.signal, this.lifecycle.stopping]);
      this.follow(importId, listener, until)
        // Whoever listens connects anew; what failed is nothing for them to read.
        .catch((error: unknown) => this.logger.warn({ err: error }, 'progress is cut off'))
        .finally(() => listener.complete());
      return () => left.abort();
    });
  }

  private async follow(
    importId: string,
    listener: Subscriber<MessageEvent>,
    until: AbortSignal,
  ): Promise<void> {
    let told = '';
    while (!until.aborted) {
      const current = await this.imports.get(importId);
      const data = toImportView(current);
      const text = JSON.stringify(data);
      if (text !== told) listener.next({ type: 'progress', data });
      told = text;
      if (current.finishedAt !== null) return;
      await sleep(EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }
}

import type { Readable } from 'node:stream';

import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

import type { AccountImport, ImportFormat, RefusedRow, RowBatch } from './account-import.js';
import {
  ImportClosedError,
  ImportNotFoundError,
  OffsetMismatchError,
  UploadBrokenError,
} from './imports.errors.js';
import { ImportsMerger } from './imports.merger.js';
import { ImportsRepository } from './imports.repository.js';
import { RowReader } from './rows/row-reader.js';
import { StagingRepository } from './staging.repository.js';

/** A part of a file. */
export interface Upload {
  readonly body: Readable;
  /** Where in the file it begins, in bytes. */
  readonly offset: number;
  /** Whether the file ends with it. */
  readonly isLast: boolean;
}

/** Rules of importing accounts. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly imports: ImportsRepository,
    private readonly staging: StagingRepository,
    private readonly merger: ImportsMerger,
  ) {}

  async begin(
    createdBy: string,
    options: { format: ImportFormat; allowAdmins: boolean },
  ): Promise<AccountImport> {
    return this.imports.insert({ id: uuidv7(), createdBy, ...options });
  }

  /** @throws ImportNotFoundError */
  async get(importId: string): Promise<AccountImport> {
    const found = await this.imports.find(importId);
    if (!found) throw new ImportNotFoundError(importId);
    return found;
  }

  async newest(limit: number): Promise<AccountImport[]> {
    return this.imports.newest(limit);
  }

  /** @throws ImportNotFoundError */
  async refused(importId: string, page: { after: number; limit: number }): Promise<RefusedRow[]> {
    await this.get(importId);
    return this.imports.refused(importId, page);
  }

  /**
   * Stages the rows of a part of the file, batch by batch, no faster than they are stored. What was
   * stored stays when the rest fails; a row that ends in no part is not stored.
   *
   * @throws OffsetMismatchError
   * @throws ImportClosedError
   * @throws ColumnsInvalidError
   * @throws UploadBrokenError when the body breaks off: what had arrived whole is stored
   */
  async receive(importId: string, { body, offset, isLast }: Upload): Promise<AccountImport> {
    const begun = await this.get(importId);
    if (begun.state !== 'receiving') throw new ImportClosedError(begun.state);
    if (begun.receivedBytes !== offset) throw new OffsetMismatchError(begun.receivedBytes);
    const reader = new RowReader(begun);
    let at = offset;
    const stage = async (batches: Iterable<RowBatch>) => {
      for (const batch of batches) {
        await this.stage(importId, at, batch);
        at += batch.bytes;
      }
    };
    try {
      // Not destroyed when staging fails: that would cut the connection before the answer.
      for await (const piece of body.iterator({ destroyOnReturn: false })) {
        await stage(reader.read(piece as Buffer));
      }
    } catch (error) {
      if (!body.errored) throw error;
      await stage(reader.arrived());
      throw new UploadBrokenError(error);
    }
    await stage(isLast ? reader.end() : reader.arrived());
    if (isLast) await this.complete(importId, at);
    return this.get(importId);
  }

  /** @throws ImportClosedError @throws ImportNotFoundError */
  async cancel(importId: string): Promise<AccountImport> {
    const isCancelled = await this.imports.cancel(importId);
    const found = await this.get(importId);
    if (!isCancelled && found.state !== 'cancelled') throw new ImportClosedError(found.state);
    this.merger.hurry();
    return found;
  }

  private async stage(importId: string, at: number, batch: RowBatch): Promise<void> {
    if (!(await this.staging.stage(importId, at, batch))) await this.refuse(importId);
  }

  private async complete(importId: string, at: number): Promise<void> {
    if (!(await this.imports.complete(importId, at))) await this.refuse(importId);
    this.merger.hurry();
  }

  /** Somebody else has sent rows, or has closed the import, since this one looked. */
  private async refuse(importId: string): Promise<never> {
    const { state, receivedBytes } = await this.get(importId);
    if (state !== 'receiving') throw new ImportClosedError(state);
    throw new OffsetMismatchError(receivedBytes);
  }
}

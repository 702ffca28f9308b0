import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { poolOf } from '../database/pool.js';
import { ImportProgress } from './import-progress.js';
import { ImportsController } from './imports.controller.js';
import { ImportsMerger } from './imports.merger.js';
import { ImportsRepository } from './imports.repository.js';
import { ImportsService } from './imports.service.js';
import { MergeRepository } from './merge.repository.js';
import { StagingRepository } from './staging.repository.js';

/** Accounts brought in as a file. */
@Module({
  controllers: [ImportsController],
  providers: [
    ImportsService,
    ImportsMerger,
    ImportProgress,
    MergeRepository,
    {
      provide: ImportsRepository,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ImportsRepository(poolOf(dataSource)),
    },
    {
      provide: StagingRepository,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new StagingRepository(poolOf(dataSource)),
    },
  ],
})
export class ImportsModule {}

import { Module } from '@nestjs/common';
import { MessagingModule } from '@trilith/messaging';
import { DataSource } from 'typeorm';

import { poolOf } from '../database/pool.js';
import { AccountExport } from './account-export.js';
import { CONTENT_CLIENT, ContentClient } from './content.client.js';
import { ExportController } from './export.controller.js';
import { ExportRepository } from './export.repository.js';

/** What a person takes away. */
@Module({
  imports: [MessagingModule.forFeature([{ token: CONTENT_CLIENT, service: 'content' }])],
  controllers: [ExportController],
  providers: [
    AccountExport,
    ContentClient,
    {
      provide: ExportRepository,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ExportRepository(poolOf(dataSource)),
    },
  ],
})
export class ExportModule {}

import { Module } from '@nestjs/common';

import { PagingModule } from '../paging/paging.module.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryRepository } from './directory.repository.js';
import { DirectoryService } from './directory.service.js';

/** Lists of accounts. */
@Module({
  imports: [PagingModule],
  controllers: [DirectoryController],
  providers: [DirectoryService, DirectoryRepository],
})
export class DirectoryModule {}

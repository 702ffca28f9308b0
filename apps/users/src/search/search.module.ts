import { Module } from '@nestjs/common';

import { PagingModule } from '../paging/paging.module.js';
import { SearchController } from './search.controller.js';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';

/** Finding accounts. */
@Module({
  imports: [PagingModule],
  controllers: [SearchController],
  providers: [SearchService, SearchRepository],
})
export class SearchModule {}

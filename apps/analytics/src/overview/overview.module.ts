import { Module } from '@nestjs/common';

import { CountersModule } from '../counters/counters.module.js';
import { VisitorsModule } from '../visitors/visitors.module.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';

@Module({
  imports: [CountersModule, VisitorsModule],
  controllers: [OverviewController],
  providers: [OverviewService],
})
export class OverviewModule {}

import { Module } from '@nestjs/common';

import { CountersModule } from '../counters/counters.module.js';
import { VisitorsModule } from '../visitors/visitors.module.js';
import { Clock } from './clock.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';

@Module({
  imports: [CountersModule, VisitorsModule],
  controllers: [OverviewController],
  providers: [Clock, OverviewService],
})
export class OverviewModule {}

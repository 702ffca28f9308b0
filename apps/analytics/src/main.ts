import { runService } from '@trilith/service';

import { analyticsService } from './analytics.service-definition.js';

await runService(analyticsService);

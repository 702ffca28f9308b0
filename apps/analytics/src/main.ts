import 'reflect-metadata';
import { runService } from '@trilith/service';

import { analyticsService } from './analytics.service.js';

await runService(analyticsService);

import { runService } from '@trilith/service';

import { contentService } from './content.service-definition.js';

await runService(contentService);

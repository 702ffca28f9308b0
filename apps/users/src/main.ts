import { runService } from '@trilith/service';

import { usersService } from './users.service-definition.js';

await runService(usersService);

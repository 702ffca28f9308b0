import { describe } from '@jest/globals';
import { coldStarts } from '../migrations/cold-starts.ts';
import { editedFile } from '../migrations/edited-file.ts';
import { killedInAnyStep } from '../migrations/killed-in-any-step.ts';
import { CHAOS_STORES } from '../migrations/stage.ts';
import { trafficGoesOn } from '../migrations/traffic-goes-on.ts';
import { shortForms } from './short-forms.ts';

/** `npm run chaos -- migrations` in small: two cold starts, a transaction of three seconds. */
describe('migrations', () => {
  shortForms(
    {
      'applies each file once when five start at once': coldStarts,
      'brings everything to its end after a kill in any step': killedInAnyStep,
      'lets traffic go on while a change waits for its lock': trafficGoesOn,
      'applies nothing while an old file is edited': editedFile,
    },
    { stores: { profile: CHAOS_STORES, stores: ['postgres', 'mongodb'] } },
  );
});

import { text } from '@trilith/service';
import { z } from 'zod';

import { accountView } from '../../accounts/dto/account.dto.js';
import { pageQuery, pageResponse } from '../../paging/page.js';

/** What is looked for, and which page of what was found. */
export const searchQuery = pageQuery.extend({
  q: text({ min: 1, max: 100, trim: true, visible: true })
    .describe(
      'Words of names and of what people say of themselves, as far as they are typed; accents, case and ' +
        'small mistakes do not matter. One or two characters are taken for how a name begins.',
    )
    .meta({ examples: ['ada lov'] }),
});
export type SearchQuery = z.output<typeof searchQuery>;

const marked = (what: string) =>
  z.string().describe(`${what} as HTML, with <mark> around what was found.`);

/** An account that was found. */
export const foundAccount = accountView.extend({
  highlights: z.object({
    username: marked('The username'),
    displayName: marked('The display name'),
    bio: marked('The bio').nullable(),
  }),
});
export type FoundAccount = z.output<typeof foundAccount>;

export const searchPage = pageResponse(foundAccount).meta({ id: 'SearchPage' });
export type SearchPage = z.output<typeof searchPage>;

import { Injectable } from '@nestjs/common';
import { Pager } from '@trilith/pagination';

import type { FoundAccount, SearchPage, SearchQuery } from './dto/search.dto.js';
import { Highlighter } from './highlight.js';
import { FOUND, type FoundRow, SearchRepository } from './search.repository.js';

/** Finds accounts by words, the best first. */
@Injectable()
export class SearchService {
  constructor(
    private readonly found: SearchRepository,
    private readonly pager: Pager,
  ) {}

  /** @throws InvalidCursorError for a cursor that the same search did not give */
  async search({ q, ...page }: SearchQuery): Promise<SearchPage> {
    const query = q.replaceAll(/\s+/g, ' ');
    const highlighter = new Highlighter(query);
    const { items, ...cursors } = await this.pager.read(page, {
      list: FOUND,
      scope: [query],
      read: (slice) => this.found.page(query, slice),
      positionOf: ({ position }) => position,
    });
    return { items: items.map((row) => shown(row, highlighter)), ...cursors };
  }
}

/** Field by field, so that a column added later shows nowhere by accident. */
function shown(row: FoundRow, highlighter: Highlighter): FoundAccount {
  const { id, username, displayName, bio, avatarUrl, version, createdAt } = row;
  return {
    id,
    username,
    displayName,
    bio,
    avatarUrl,
    version,
    createdAt: createdAt.toISOString(),
    highlights: {
      username: highlighter.mark(username),
      displayName: highlighter.mark(displayName),
      bio: bio === null ? null : highlighter.mark(bio),
    },
  };
}

import { percent, whole } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly hits: number;
  readonly reads: number;
  readonly share: number;
  readonly buffers: string;
}

export const cache = queryCheck<Row>({
  name: 'cache',
  title: 'reads that shared_buffers did not answer',
  sql: new URL('cache.sql', import.meta.url),
  values: ({ cacheReads, cacheHitShare }) => [cacheReads, cacheHitShare],
  read: ({ hits, reads, share, buffers }, { cacheHitShare }) => ({
    severity: 'notice',
    subject: 'cache',
    what: `${percent(share)} of ${whole(hits + reads)} reads of blocks were found in shared_buffers (${buffers}); ${percent(cacheHitShare)} or more is usual.`,
    next: 'See which statements read most, and whether whole tables are read; then give shared_buffers a quarter of the memory.',
    facts: { hits, reads, share, sharedBuffers: buffers },
  }),
});

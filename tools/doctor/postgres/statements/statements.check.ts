import { bytes, duration, percent, whole } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import type { Check } from '../check.ts';
import type { Limits } from '../limits.ts';
import { redact, shortened } from '../redact.ts';
import { StatementStatistics, type TopStatement } from './statement-statistics.ts';

const QUERY_LENGTH = 160;
/** What has a plan. A COPY or a change of the schema takes as long as it takes. */
const HAS_PLAN = /^\(*\s*(select|insert|update|delete|merge|with|values|table)\b/i;

/** What stands out among the statements that took most time. */
export const statements: Check = {
  name: 'statements',
  title: 'statements that take most of the time',
  examine: async (session, limits) => {
    const statistics = await StatementStatistics.of(session);
    if ('missing' in statistics) return [withoutStatistics(statistics.missing)];
    const top = await statistics.top(limits.topStatements);
    const planned = top.filter(({ query }) => HAS_PLAN.test(redact(query)));
    return planned.flatMap((statement) => [
      ...slow(statement, limits),
      ...spilling(statement, statistics.blockSize),
    ]);
  },
};

function withoutStatistics(next: string): Finding {
  return {
    severity: 'notice',
    subject: 'pg_stat_statements',
    what: 'Nobody counts statements here, so that it is not known which take the time.',
    next,
    facts: {},
  };
}

function slow(statement: TopStatement, { slowStatementMs, statementCalls }: Limits): Finding[] {
  const { id, calls, mean_ms: meanMs, max_ms: maxMs, share } = statement;
  if (meanMs < slowStatementMs || calls < statementCalls) return [];
  return [
    {
      severity: 'warning',
      subject: `statement ${id.slice(0, 8)}`,
      what: `Takes ${duration(meanMs)} at the mean of ${whole(calls)} calls (${duration(maxMs)} at most), ${percent(share)} of all time: ${queryOf(statement)}`,
      next: `npm run doctor -- postgres explain ${id.slice(0, 8)}`,
      facts: { id, calls, meanMs, maxMs, share },
    },
  ];
}

function spilling(statement: TopStatement, blockSize: number): Finding[] {
  const { id, calls, temp_blocks: blocks } = statement;
  if (blocks === 0) return [];
  const bytesACall = (blocks * blockSize) / calls;
  return [
    {
      severity: 'warning',
      subject: `statement ${id.slice(0, 8)}`,
      what: `Wrote ${bytes(blocks * blockSize)} to temporary files, ${bytes(bytesACall)} a call: ${queryOf(statement)}`,
      next: `npm run doctor -- postgres explain ${id.slice(0, 8)}: an index in the order that it sorts by, fewer rows, or more work_mem for it.`,
      facts: { id, calls, temporaryBytes: blocks * blockSize },
    },
  ];
}

function queryOf({ query }: TopStatement): string {
  return shortened(redact(query), QUERY_LENGTH);
}

import { RedisOptionError, isRedisUnavailable } from '@trilith/redis';
import { CommanderError } from 'commander';

/** What the process ends with; `--help` repeats it. */
export const ExitCode = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  it could not be done, or not for all that were named
  2  wrong usage: an option, a name or an address
  3  a store cannot be reached: try again`;

/** What was asked for makes no sense. The message says what does. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  if (error instanceof UsageError || error instanceof RedisOptionError) return ExitCode.usage;
  return isRedisUnavailable(error) ? ExitCode.unreachable : ExitCode.failed;
}

import type { Umzug } from 'umzug';
import { allApplied, type Runner } from './runner.ts';

export function runnerOf<Context extends object>(
  umzug: Umzug<Context>,
  close: () => Promise<void>,
): Runner {
  return {
    up: async () => (await umzug.up()).length,
    status: async () => {
      const [executed, pending] = [await umzug.executed(), await umzug.pending()];
      return allApplied(executed.length, executed.length + pending.length);
    },
    close,
  };
}

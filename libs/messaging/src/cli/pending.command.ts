import type { GroupName } from '../admin/group-name.js';
import { type CommonOptions, withAdmin } from './admin-session.js';
import { ExitCode } from './exit-code.js';
import { knownGroup } from './known-group.js';
import { type Terminal, age, oneLine, writeJson, writeLine, writeTable } from './terminal.js';

export interface PendingOptions extends CommonOptions {
  readonly count: number;
}

const HEAD = ['partition', 'entry', 'age', 'attempts', 'topic', 'key', 'member'];

/** `pending`: what a group has in hand, oldest first. */
export async function pending(
  terminal: Terminal,
  name: GroupName,
  options: PendingOptions,
): Promise<ExitCode> {
  const entries = await withAdmin(terminal, options, async (admin) => {
    await knownGroup(admin, name);
    return admin.pending(name, options.count);
  });
  if (options.json) writeJson(terminal, { entries });
  else if (entries.length === 0) writeLine(terminal.out, `${name.group} has nothing in hand.`);
  else {
    const now = Date.now();
    const rows = entries.map(({ partition, entryId, addedAt, attempts, topic, key, consumer }) => [
      partition,
      entryId,
      age(now - addedAt.getTime()),
      attempts,
      oneLine(topic),
      oneLine(key, 40),
      consumer,
    ]);
    writeTable(terminal, HEAD, rows);
  }
  return ExitCode.done;
}

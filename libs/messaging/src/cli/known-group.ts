import type { GroupState } from '../admin/group-state.js';
import type { GroupName } from '../admin/group-name.js';
import type { MessagingAdmin } from '../admin/messaging-admin.js';
import { UsageError } from './exit-code.js';

/**
 * Makes sure that a group is there before anything is done to it.
 *
 * @throws {UsageError} which names those that are.
 */
export async function knownGroup(admin: MessagingAdmin, name: GroupName): Promise<GroupState> {
  const { publisher, group } = name;
  const state = await admin.inspect(publisher);
  if (state === undefined) {
    const known = await admin.publishers();
    throw new UsageError(`No events of ${publisher} here; publishers: ${list(known)}.`);
  }
  const found = state.groups.find((one) => one.group === group);
  if (found) return found;
  const known = state.groups.map((one) => one.group);
  throw new UsageError(
    `${group} does not read the events of ${publisher}; who does: ${list(known)}.`,
  );
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

import type { GroupName } from '../admin/group-name.js';
import { type CommonOptions, withAdmin } from './admin-session.js';
import { ExitCode } from './exit-code.js';
import { knownGroup } from './known-group.js';
import { type Terminal, writeJson, writeLine } from './terminal.js';

/** `pause`: lets a group finish what it has in hand and read nothing more. */
export async function pause(
  terminal: Terminal,
  name: GroupName,
  options: CommonOptions & { readonly reason: string },
): Promise<ExitCode> {
  const since = await withAdmin(terminal, options, async (admin) => {
    await knownGroup(admin, name);
    return admin.pause(name, options.reason);
  });
  if (options.json) writeJson(terminal, { ...name, pausedSince: since });
  else writeLine(terminal.out, `${name.group} is paused since ${since.toISOString()}.`);
  return ExitCode.done;
}

/** `resume`: lets a paused group read on. */
export async function resume(
  terminal: Terminal,
  name: GroupName,
  options: CommonOptions,
): Promise<ExitCode> {
  const resumed = await withAdmin(terminal, options, async (admin) => {
    await knownGroup(admin, name);
    return admin.resume(name);
  });
  if (options.json) writeJson(terminal, { ...name, resumed });
  else
    writeLine(terminal.out, resumed ? `${name.group} reads on.` : `${name.group} was not paused.`);
  return ExitCode.done;
}

/** `remove-group`: forgets a service that subscribes no longer. */
export async function removeGroup(
  terminal: Terminal,
  name: GroupName,
  options: CommonOptions,
): Promise<ExitCode> {
  const removed = await withAdmin(terminal, options, async (admin) => {
    await knownGroup(admin, name);
    return admin.removeGroup(name);
  });
  if (options.json) writeJson(terminal, { ...name, removed });
  else writeLine(terminal.out, `${name.group} reads the events of ${name.publisher} no longer.`);
  return ExitCode.done;
}

import type { Part } from '../frame/process-host.ts';

/** What the tests of contestants' processes talk to. */
export default async function start({ greeting }: { greeting?: string }): Promise<Part> {
  if (greeting === undefined) throw new TypeError('it takes a greeting');
  return {
    greet: async ({ name }: { name: string }) => `${greeting}, ${name}`,
    fail: async () => Promise.reject(new Error('no such luck')),
    die: async () => process.exit(3),
  };
}

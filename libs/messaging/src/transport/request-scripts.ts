import { type ScriptArgument, defineScript } from '@trilith/redis';

/** What became of requests. */
export interface Enqueued {
  /** How many were appended: the first ones. */
  readonly accepted: number;
  /** For how many more there was room. */
  readonly room: number;
}

const script = (file: string) => new URL(`./scripts/${file}`, import.meta.url);

export const enqueueRequests = defineScript<ScriptArgument[], Enqueued>({
  name: 'enqueueRequests',
  lua: script('enqueueRequests-1.lua'),
  keys: 1,
  parse: (reply) => {
    const [accepted, room] = reply as [number, number];
    return { accepted, room };
  },
});

export const publishReplies = defineScript<ScriptArgument[], number[]>({
  name: 'publishReplies',
  lua: script('publishReplies-1.lua'),
  keys: 1,
  parse: (reply) => reply as number[],
});

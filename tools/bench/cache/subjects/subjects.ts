import type { OpenSubject } from './subject.ts';

/** All that can be measured; each is loaded by its own process alone. */
export const SUBJECTS = {
  trilith: async () => (await import('./trilith.ts')).open,
  bentocache: async () => (await import('./bentocache.ts')).open,
  'bentocache-unserialized': async () => (await import('./bentocache.ts')).openUnserialized,
  cacheable: async () => (await import('./cacheable.ts')).open,
  'cacheable-tagged': async () => (await import('./cacheable.ts')).openTagged,
  'cache-manager': async () => (await import('./cache-manager.ts')).open,
  floor: async () => (await import('./floor.ts')).open,
  'floor-unpipelined': async () => (await import('./floor.ts')).openUnpipelined,
} as const satisfies Record<string, () => Promise<OpenSubject>>;

export type SubjectName = keyof typeof SUBJECTS;

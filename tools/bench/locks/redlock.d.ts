/** What is used of it: the package has types, and its `exports` do not name them. */
declare module 'redlock' {
  export default class Redlock {
    constructor(clients: Iterable<object>, settings?: { readonly retryCount?: number });

    acquire(resources: string[], durationMs: number): Promise<{ release(): Promise<unknown> }>;
  }
}

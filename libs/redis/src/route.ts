import type { Address } from './topology.js';

/** How a connection finds its server, which is not always the same one. */
export interface Route {
  /**
   * Where the connection belongs at this moment.
   *
   * @throws when nobody who should know answers.
   */
  find(): Promise<Address>;
  /** Whether the server found is what it should be, by its own INFO. */
  fits(info: ServerInfo): boolean;
}

/** The part of a server's INFO that matters here. */
export interface ServerInfo {
  /** `master` or `slave`. */
  readonly role?: string;
}

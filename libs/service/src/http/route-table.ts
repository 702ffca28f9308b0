import type { FastifyInstance } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

const METHODS: readonly HTTPMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Knows which methods a path takes, so that a wrong one can be answered by 405 instead of 404. */
export class RouteTable {
  private readonly router = findMyWay();

  /** Learns the routes as they are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) {
        const known = METHODS.find((name) => name === each);
        if (known !== undefined && !this.router.hasRoute(known, url)) {
          this.router.on(known, url, () => undefined);
        }
      }
    });
  }

  /** The methods that a path takes; none for a path that leads nowhere. */
  methodsOf(path: string): readonly string[] {
    return METHODS.filter((method) => this.router.find(method, path) !== null);
  }
}

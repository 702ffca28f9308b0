import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../random.ts';

/**
 * What is done to what a client sends: it passes; it fails every other time, in one of several ways;
 * it goes nowhere; or there is nobody.
 */
export type Condition = 'whole' | 'failing' | 'silent' | 'away';

/** How a connection fails: nothing more passes from there on, as Redis' replies are told by order. */
const WAYS = ['reset', 'error', 'request lost', 'reply lost'] as const;
/** A connection on which something was lost stays open for so long at most. */
const LONGEST_SILENCE_MS = 1_000;
/** So many bytes tell whose connection it is. */
const BEGINNING = 2_000;

export interface FlakyNetworkOptions {
  /** Address of a Redis. */
  readonly target: string;
  readonly random: Random;
  /** Only connections whose first bytes match have the condition. Default: all. */
  readonly only?: RegExp;
}

/**
 * Between one replica and Redis. The proxy of the tests breaks all of a network at once; here single
 * pieces are lost, refused or cut, and of some connections alone.
 */
export class FlakyNetwork {
  /** Times that something sent was lost, answered by an error or cut. */
  faults = 0;
  readonly #server: Server;
  readonly #options: FlakyNetworkOptions;
  readonly #wires = new Set<Wire>();
  #condition: Condition = 'whole';

  private constructor(server: Server, options: FlakyNetworkOptions) {
    this.#server = server;
    this.#options = options;
    server.on('connection', (client) => this.#accept(client));
  }

  static async open(options: FlakyNetworkOptions): Promise<FlakyNetwork> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FlakyNetwork(server, options);
  }

  /** For the client. */
  get url(): string {
    const address = this.#server.address();
    const url = new URL(this.#options.target);
    if (address !== null && typeof address === 'object') url.host = `127.0.0.1:${address.port}`;
    return url.href;
  }

  become(condition: Condition): void {
    this.#condition = condition;
    for (const wire of this.#wires) {
      if (condition === 'away' && this.#concerns(wire)) this.#cut(wire);
      if (condition === 'silent' && this.#concerns(wire)) this.#lose(wire);
      // What was swallowed cannot be given back: a network that heals resets such connections.
      if (condition === 'whole' && wire.isDead) wire.end();
    }
  }

  async close(): Promise<void> {
    for (const wire of this.#wires) wire.end();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const { hostname, port } = new URL(this.#options.target);
    const wire = new Wire(
      client,
      connect({ host: hostname, port: Number(port), allowHalfOpen: true }),
    );
    this.#wires.add(wire);
    client.on('close', () => this.#wires.delete(wire));
    client.on('data', (bytes) => this.#sent(wire, bytes));
    if (this.#condition === 'away' && this.#options.only === undefined) this.#cut(wire);
  }

  #sent(wire: Wire, bytes: Buffer): void {
    if (wire.beginning.length < BEGINNING) wire.beginning += bytes.toString('latin1');
    if (wire.isDead) return;
    const condition = this.#concerns(wire) ? this.#condition : 'whole';
    if (condition === 'away') this.#cut(wire);
    else if (condition === 'silent') this.#lose(wire);
    else if (condition === 'failing' && this.#options.random.next() < 0.5) this.#fail(wire, bytes);
    else wire.pass(bytes);
  }

  #fail(wire: Wire, bytes: Buffer): void {
    const way = this.#options.random.pick(WAYS);
    if (way === 'reset') {
      this.#cut(wire);
      return;
    }
    if (way === 'reply lost') wire.pass(bytes);
    this.#lose(wire);
    if (way === 'error') wire.refuse();
    const silenceMs = LONGEST_SILENCE_MS * this.#options.random.next();
    setTimeout(() => wire.end(), silenceMs).unref();
  }

  #lose(wire: Wire): void {
    this.faults += 1;
    wire.isDead = true;
  }

  #cut(wire: Wire): void {
    this.faults += 1;
    wire.end();
  }

  #concerns({ beginning }: Wire): boolean {
    return this.#options.only?.test(beginning) ?? true;
  }
}

/** A client's connection and what belongs to it at the target. */
class Wire {
  /** Nothing passes any more, in either direction. */
  isDead = false;
  /** The first bytes that the client sent. */
  beginning = '';
  readonly #client: Socket;
  readonly #upstream: Socket;

  constructor(client: Socket, upstream: Socket) {
    this.#client = client;
    this.#upstream = upstream;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // Half-open, so that Node begins no shutdown of its own: a socket that is reset during one
      // keeps the process from ever ending (Node 24).
      socket.on('end', () => this.end());
      socket.on('error', () => this.end());
      socket.on('close', () => this.end());
    }
    upstream.on('data', (bytes) => {
      if (!this.isDead) client.write(bytes);
    });
  }

  pass(bytes: Buffer): void {
    this.#upstream.write(bytes);
  }

  refuse(): void {
    this.#client.write('-ERR refused on purpose\r\n');
  }

  end(): void {
    this.isDead = true;
    this.#client.resetAndDestroy();
    this.#upstream.destroy();
  }
}

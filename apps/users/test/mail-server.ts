import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

import { parseMail, type ReceivedMail } from './received-mail.js';

/** How the server takes mails: as it should, or by one of many faults. */
export type MailServerMood = 'fine' | 'refuses' | 'not now' | 'refuses text' | 'silent';

/** An error as smtp-server answers with it. */
function answer(responseCode: number): Error {
  return Object.assign(new Error('as the test wants it'), { responseCode });
}

/** A real SMTP server on 127.0.0.1 that keeps what it got. */
export class MailServer implements AsyncDisposable {
  mood: MailServerMood = 'fine';
  readonly mails: ReceivedMail[] = [];
  /** Recipients as they stood in the envelope, refused ones too. */
  readonly asked: string[] = [];
  private readonly server: SMTPServer;

  private constructor() {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      // A client that left is nobody to wait for.
      closeTimeout: 100,
      onRcptTo: ({ address }, _session, callback) => {
        this.asked.push(address);
        if (this.mood === 'silent') return;
        if (this.mood === 'refuses') return callback(answer(550));
        if (this.mood === 'not now') return callback(answer(451));
        callback();
      },
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (this.mood === 'refuses text') return callback(answer(554));
          const to = envelope.rcptTo.map(({ address }) => address);
          this.mails.push({ ...parseMail(Buffer.concat(chunks).toString()), envelope: to });
          callback();
        });
      },
    });
    this.server.on('error', () => undefined);
  }

  /** On a free port. */
  static async start(): Promise<MailServer> {
    const started = new MailServer();
    const tcp = started.server.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    return started;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** What came to an address. */
  to(address: string): ReceivedMail[] {
    return this.mails.filter(({ envelope = [] }) => envelope.includes(address));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((done) => this.server.close(done));
  }
}

import colors from 'picocolors';

const WIDTH = 24;

/** How far long work is: a bar that grows on a terminal, a line for each part elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #title = '';
  #total = 1;
  #done = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** The next part begins: so many steps. */
  begin(title: string, total: number): void {
    this.end();
    this.#title = title;
    this.#total = total;
    this.#done = 0;
    if (this.#stream.isTTY) this.#draw();
    else this.#stream.write(`${title} …\n`);
  }

  step(): void {
    this.#done += 1;
    if (this.#stream.isTTY) this.#draw();
  }

  /** Leaves a clean line for what is printed next. */
  end(): void {
    if (this.#stream.isTTY && this.#title !== '') this.#stream.write('\r\x1b[K');
    this.#title = '';
  }

  #draw(): void {
    const filled = Math.round((WIDTH * this.#done) / this.#total);
    const bar = '█'.repeat(filled) + colors.dim('░'.repeat(WIDTH - filled));
    this.#stream.write(`\r\x1b[K${bar} ${this.#done}/${this.#total} ${this.#title}`);
  }
}

import colors from 'picocolors';

const COLORS = [colors.cyan, colors.magenta, colors.yellow, colors.green, colors.blue];
const PREFIX_WIDTH = 'analytics'.length;

/** Several services' lines on one screen, each with its service's name in its colour. */
export class LogView {
  readonly #colorOf = new Map<string, (text: string) => string>();
  readonly #write: (text: string) => void;
  #waiting: string[] | undefined = [];

  constructor(write: (text: string) => void = (text) => process.stdout.write(text)) {
    this.#write = write;
  }

  take(label: string, line: string): void {
    const text = `${this.#color(label)(label.padEnd(PREFIX_WIDTH))} ${line}\n`;
    if (this.#waiting) this.#waiting.push(text);
    else this.#write(text);
  }

  /** Shows what came so far, and from now on everything at once. */
  open(): void {
    for (const text of this.#waiting ?? []) this.#write(text);
    this.#waiting = undefined;
  }

  #color(label: string): (text: string) => string {
    const known = this.#colorOf.get(label);
    if (known) return known;
    const color = COLORS[this.#colorOf.size % COLORS.length] ?? String;
    this.#colorOf.set(label, color);
    return color;
  }
}

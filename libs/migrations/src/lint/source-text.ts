/** Where something begins, counted from 1 in characters, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text whose places the parser names by the offset of their UTF-8 byte. */
export class SourceText {
  private readonly bytes: Buffer;

  constructor(readonly text: string) {
    this.bytes = Buffer.from(text);
  }

  slice(start: number, end: number): string {
    return this.bytes.subarray(start, end).toString();
  }

  placeOf(offset: number): Place {
    const before = Array.from(this.slice(0, offset));
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.filter((character) => character === '\n').length + 1;
    return { line, column: before.length - lineStart + 1 };
  }
}

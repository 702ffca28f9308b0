export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const NOTHING = Buffer.alloc(0);

/** A line without its end, which may be `\r\n`. */
export function withoutEnd(line: Buffer): Buffer {
  let end = line.length;
  if (line[end - 1] === LINE_FEED) end -= 1;
  if (line[end - 1] === CARRIAGE_RETURN) end -= 1;
  return line.subarray(0, end);
}

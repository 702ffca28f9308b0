export { CursorCodec } from './cursor-codec.js';
export type { CursorCodecOptions, Position } from './cursor-codec.js';
export { pageOf } from './page.js';
export type { Page, PageOf } from './page.js';
export { InvalidCursorError } from './pagination.errors.js';

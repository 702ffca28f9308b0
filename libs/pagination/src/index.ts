export { CursorCodec } from './cursor-codec.js';
export type { CursorCodecOptions } from './cursor-codec.js';
export { defineList } from './list.js';
export type {
  ColumnOrder,
  Direction,
  ListDefinition,
  Position,
  SortColumn,
  SortValue,
} from './list.js';
export type { Page, PageRequest, Slice, SliceStart, TwoWayPage } from './page.js';
export { Pager } from './pager.js';
export type { PagedList } from './pager.js';
export { InvalidCursorError } from './pagination.errors.js';
export type { Key } from './sql/branches.js';
export { selectPage } from './sql/select-page.js';
export type { Positioned, SqlList, Statement } from './sql/select-page.js';

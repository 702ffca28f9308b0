import { DomainError } from '@trilith/service';

import { COLUMNS } from './rows/imported-account.js';

export class ImportNotFoundError extends DomainError {
  readonly code = 'import_not_found';
  readonly kind = 'not_found';

  constructor(importId: string) {
    super('There is no such import.', { facts: { importId } });
  }
}

/** Rows were sent from another place of the file than where the last ones ended. */
export class OffsetMismatchError extends DomainError {
  readonly code = 'offset_mismatch';
  readonly kind = 'conflict';

  constructor(offset: number) {
    super('Rows are staged up to another place of the file: go on behind that.', {
      facts: { offset },
    });
  }
}

/** Rows were sent to an import, or it was cancelled, after all of it had arrived. */
export class ImportClosedError extends DomainError {
  readonly code = 'import_closed';
  readonly kind = 'conflict';

  constructor(state: string) {
    super(`This import takes no more rows: it is ${state}.`, { facts: { state } });
  }
}

/** The header says nothing of where in the file the body begins, or is no number. */
export class OffsetInvalidError extends DomainError {
  readonly code = 'offset_invalid';
  readonly kind = 'invalid';

  constructor() {
    super('The header Upload-Offset says at which byte of the file the body begins: 0 at first.');
  }
}

/** The body is not written in the format that the import was begun with. */
export class FormatMismatchError extends DomainError {
  readonly code = 'format_mismatch';
  readonly kind = 'invalid';

  constructor(mediaType: string) {
    super(`This import takes rows as ${mediaType}.`, { facts: { mediaType } });
  }
}

/** The first row of a CSV file does not name columns of an import. */
export class ColumnsInvalidError extends DomainError {
  readonly code = 'columns_invalid';
  readonly kind = 'invalid';

  constructor() {
    const { required, optional } = COLUMNS;
    super(
      'The first row must name the columns, separated by commas, in UTF-8: each required one once, ' +
        'optional ones at most once, and no other.',
      { facts: { row: 1, required: [...required], optional: [...optional] } },
    );
  }
}

/** The connection broke while rows were sent. What had arrived whole is staged. */
export class UploadBrokenError extends DomainError {
  readonly code = 'upload_broken';
  readonly kind = 'invalid';

  constructor(cause: unknown) {
    super('The body broke off. Ask for the offset, and go on there.', { cause });
  }
}

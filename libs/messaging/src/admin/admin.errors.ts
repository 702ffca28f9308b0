/** A group cannot be removed while a member of it lives: stop the service first. */
export class GroupInUseError extends Error {
  override readonly name = 'GroupInUseError';
  readonly code = 'group_in_use';

  constructor(
    readonly publisher: string,
    readonly group: string,
  ) {
    super(`${group} still reads the events of ${publisher}`);
  }
}

/** A publisher's events are laid out nowhere, or were laid out anew a moment ago. */
export class LayoutChangedError extends Error {
  override readonly name = 'LayoutChangedError';
  readonly code = 'layout_changed';

  constructor(readonly publisher: string) {
    super(`the partitions of ${publisher} are missing, or were changed a moment ago`);
  }
}

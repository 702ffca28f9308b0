/** Set-up and teardown run in one process and share what is held here. */
export const lease = { held: undefined };

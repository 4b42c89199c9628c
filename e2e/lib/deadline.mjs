// How long a test waits for something that should happen at once.

/** Nothing takes this long unless something is broken. */
export const DEADLINE = 20_000;

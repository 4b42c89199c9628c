// How long a test waits for something that should happen at once.

/** Nothing takes this long unless something is broken. */
export const DEADLINE = Number(process.env.E2E_DEADLINE ?? 20_000);

// The Python that the tests' own programs run in: the one that `cargo xtask setup` made.

import { fileURLToPath } from 'node:url';

export const PYTHON = process.env.E2E_PYTHON ?? fileURLToPath(new URL('../.venv/bin/python3', import.meta.url));

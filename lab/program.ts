// The built program.

import { fileURLToPath } from 'node:url';

/** Its absolute path; `npm run build` makes it. */
export const program = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));

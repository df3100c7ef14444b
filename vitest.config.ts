// How the tests run: meshes of real processes get the time they need.
//
// A deadline is for what hangs. On a machine that is busy with other work a test takes ten times as
// long, and must pass all the same: files with processes name no deadlines of their own.

import { defineConfig } from 'vitest/config';
import { exhaustive, withProcesses } from './test/projects.ts';
import { closingLine } from './test/support/closing-line.ts';

const notUnit = [...withProcesses, ...exhaustive];

export default defineConfig({
  test: {
    reporters: ['default', closingLine()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than the two cores of CI: a file with a mesh waits for HAProxy a third of its time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: notUnit,
          setupFiles: ['test/support/no-processes.ts'],
          // Half of the time went into loading the same modules for each file anew; unit tests
          // leave nothing behind in them.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'mesh', include: notUnit, testTimeout: 300_000, hookTimeout: 300_000 } },
    ],
  },
});

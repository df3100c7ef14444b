// A vitest reporter: names every skipped test, and closes the run with `N passed, N failed, N
// skipped` alone on a line.

import type { Reporter, TestModule } from 'vitest/node';

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Full titles, file first. */
  readonly skipped: readonly string[];
}

/**
 * A file or a `beforeAll` that breaks has no failed test of its own, only tests that never ran:
 * each such error counts as one failure.
 */
function countTests(modules: Iterable<TestModule>, unhandledErrors: number): Count {
  let passed = 0;
  let failed = unhandledErrors;
  const skipped: string[] = [];
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') failed++;
      else skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
    }
  }
  return { passed, failed, skipped };
}

export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const { passed, failed, skipped } = countTests(modules, unhandledErrors.length);
      for (const title of skipped) console.log(`skipped: ${title}`);
      console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
    },
  };
}

// A vitest reporter: names every skipped test and every failure once more, with what it said, and
// closes the run with `N passed, N failed, N skipped` alone on a line. Of the output of a run on a
// distant machine often only the end can be read.

import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

type TestError = ReturnType<TestModule['errors']>[number];

/** Lines of an error that are repeated at the end of the run. */
const errorLines = 15;

interface Count {
  readonly passed: number;
  /** Full titles, file first, each with what was said. */
  readonly failures: readonly string[];
  /** Full titles, file first. */
  readonly skipped: readonly string[];
}

function failureOf(title: string, errors: readonly TestError[]): string {
  const said = errors.map(({ message, stack }) => `${message}\n${stack ?? ''}`).join('\n');
  const lines = stripVTControlCharacters(said).split('\n').slice(0, errorLines);
  return [`failed: ${title}`, ...lines.map((line) => `  | ${line}`)].join('\n');
}

/**
 * A file or a `beforeAll` that breaks has no failed test of its own, only tests that never ran:
 * each such error counts as one failure.
 */
function countTests(modules: Iterable<TestModule>, unhandledErrors: readonly TestError[]): Count {
  let passed = 0;
  const failures = unhandledErrors.map((error) => failureOf('outside of all tests', [error]));
  const skipped: string[] = [];
  for (const module of modules) {
    const file = module.relativeModuleId;
    for (const error of module.errors()) failures.push(failureOf(file, [error]));
    for (const suite of module.children.allSuites()) {
      const title = `${file} > ${suite.fullName}`;
      for (const error of suite.errors()) failures.push(failureOf(title, [error]));
    }
    for (const test of module.children.allTests()) {
      const title = `${file} > ${test.fullName}`;
      const { state, errors } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') failures.push(failureOf(title, errors));
      else skipped.push(title);
    }
  }
  return { passed, failures, skipped };
}

export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const { passed, failures, skipped } = countTests(modules, unhandledErrors);
      for (const title of skipped) console.log(`skipped: ${title}`);
      for (const failure of failures) console.log(failure);
      console.log(`${passed} passed, ${failures.length} failed, ${skipped.length} skipped`);
    },
  };
}

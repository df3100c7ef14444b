// The dry run for a scheduler: `splitbrain report` with its output in files. Nothing is decided
// here.
//
//   node dist/jobs/report.js --config FILE [--out DIR]
//
// DIR (default `out`) gets summary.txt, report.json, junit.xml and html/. The exit codes are those
// of `splitbrain report`.

import { runJob } from '../src/cli/job.ts';
import { lookCommand } from '../src/workflows/report.ts';

void runJob('report', {}, (flags, _, call) => lookCommand(flags, call));

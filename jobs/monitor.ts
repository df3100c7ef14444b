// The periodic run for a scheduler: `splitbrain monitor` with its output in files. Nothing is
// decided here.
//
//   node dist/jobs/monitor.js --config FILE [--out DIR] [--heal] [--metrics-file FILE]
//
// DIR (default `out`) gets summary.txt, report.json, junit.xml, html/ and, after a heal, its
// journal. The exit codes are those of `splitbrain monitor`.

import { runJob } from '../src/cli/job.ts';
import { monitorCommand } from '../src/workflows/monitor.ts';

const words = { heal: { type: 'boolean' }, 'metrics-file': { type: 'string' } } as const;

void runJob('monitor', words, (flags, { heal, 'metrics-file': metricsFile }, call) =>
  monitorCommand(
    {
      ...flags,
      ...(heal === undefined ? {} : { heal }),
      ...(metricsFile === undefined ? {} : { metricsFile }),
    },
    call,
  ),
);

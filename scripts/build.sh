#!/bin/sh
# `npm run build`: the program into dist/, as ES modules: dist/src/main.js, one file a job in
# dist/jobs/, and what they share in dist/src/; and the man page, dist/man/splitbrain.1.
#
# Bundled, because Node takes nearly twice as long to find and compile the modules one by one.
# Code splitting keeps `await import()` lazy: a command loads only its own parts. Packages are
# bundled too, except the two largest, ssh2 and the AWS SDK: they stay in node_modules, and most
# runs load neither.
# Types are not checked here (`npm run check` does that), except those of the line reader,
# assembly/, which is compiled to dist/lines.wasm.
set -eu
cd "$(dirname "$0")/.."

rm -rf dist
# Bundled CommonJS packages (commander, pino) call `require` for Node's own modules; an ES module
# has none, so the banner makes one.
node_modules/.bin/esbuild src/main.ts jobs/fill.ts jobs/monitor.ts jobs/remediate.ts jobs/report.ts \
  --bundle --splitting --format=esm --platform=node --target=node20 --outbase=. --outdir=dist --chunk-names='src/[name]-[hash]' \
  --external:ssh2 --external:@aws-sdk/client-cloudwatch --log-level=warning \
  --banner:js="import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"
chmod +x dist/src/main.js
node_modules/.bin/asc --config assembly/asconfig.json --outFile dist/lines.wasm
# The man page is made from the same list of commands as help.
mkdir dist/man
node --import tsx scripts/man-page.ts >dist/man/splitbrain.1
# The style sheet of the HTML report, where the bundled src/report/html/files.ts looks for it.
cp src/report/html/splitbrain.css dist/src/

#!/bin/sh
# `npm run build`: the program into dist/, one file in place of many modules, since Node takes long to find and compile those one by one.
#
# What is loaded on demand is run on demand all the same; packages are taken in, but for the two largest, which many runs do without: ssh2 and the AWS SDK.
# Types are not looked at: `npm run check` does that. What reads lines (assembly/) is compiled to dist/lines.wasm.
set -eu
cd "$(dirname "$0")/.."

rm -rf dist
mkdir -p dist/src dist/jobs
# In dist/src, from where the program finds package.json, schema/ and lines.wasm.
node_modules/.bin/esbuild --outfile=dist/src/program.js --bundle --format=cjs --platform=node --target=node20 --loader=ts \
  --external:ssh2 --external:@aws-sdk/client-cloudwatch --supported:dynamic-import=false --log-level=warning \
  --define:import.meta.url=programUrl --banner:js="const programUrl = require('node:url').pathToFileURL(__filename).href;" <<'ENTRIES'
export const main = () => import('./src/main.ts');
export const monitor = () => import('./jobs/monitor.ts');
export const remediate = () => import('./jobs/remediate.ts');
export const report = () => import('./jobs/report.ts');
ENTRIES
echo '{ "type": "commonjs" }' >dist/package.json
for file in src/main jobs/monitor jobs/remediate jobs/report; do
  { echo '#!/usr/bin/env node'; cat scripts/loader.cjs; } >"dist/$file.js"
done
chmod +x dist/src/main.js
# 2 GB hold the keys of some 15 million conferences; beyond, an address would no longer be a positive number for JavaScript.
node_modules/.bin/asc assembly/lines.ts --outFile dist/lines.wasm -O3 --converge --noAssert --runtime stub --enable simd \
  --maximumMemory 32767
node scripts/precompile.cjs >/dev/null

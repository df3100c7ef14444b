#!/bin/sh
# `npm run build`: the program into dist/, few files in place of many modules, since Node takes long to find and compile those one by one.
#
# What is loaded on demand stays in files of its own; packages are taken in, but for the two largest, which many runs do without: ssh2 and the AWS SDK.
# Older packages call `require`, which modules have not.
# Types are not looked at: `npm run check` does that. What reads lines (assembly/) is compiled to dist/lines.wasm.
set -eu
cd "$(dirname "$0")/.."

rm -rf dist
# Shared files stand in dist/src: the program finds package.json, schema/ and lines.wasm from there.
node_modules/.bin/esbuild \
  src/main=src/main.ts \
  jobs/monitor=jobs/monitor.ts jobs/remediate=jobs/remediate.ts jobs/report=jobs/report.ts \
  --outdir=dist --chunk-names='src/[name]-[hash]' --bundle --splitting --format=esm --platform=node --target=node20 \
  --external:ssh2 --external:@aws-sdk/client-cloudwatch --log-level=warning \
  --banner:js="import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"
# 2 GB hold the keys of some 15 million conferences; beyond, an address would no longer be a positive number for JavaScript.
node_modules/.bin/asc assembly/lines.ts --outFile dist/lines.wasm -O3 --converge --noAssert --runtime stub --enable simd \
  --maximumMemory 32767
chmod +x dist/src/main.js

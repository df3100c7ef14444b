#!/bin/sh
# `npm run bench`: how long the report takes over the saved dumps of a large mesh, 20 proxies with 200,000 entries each (about 0.5 GB in .cache/bench).
#
#   npm run bench                                     the numbers; nothing fails on time
#   npm run bench -- --proxies 5 --entries 50000      another mesh; --runs N: how often
#   npm run bench -- --small --check                  for CI: fails where we lost more than half against mawk (bench/baseline.json)
set -eu
cd "$(dirname "$0")/.."
sh scripts/prepare.sh
exec node --import tsx bench/bench.ts "$@"

#!/bin/sh
# `npm run bench`: what the program promises of speed and memory, measured; one line a target on standard output, progress on standard error.
#
#   npm run bench                                     everything: some minutes, 6 GB on the disk, two idle cores
#   npm run bench -- --small --check                  for CI: fails where a ratio is worse than bench/baseline.json by a factor of two
#   npm run bench -- --help                           all flags
set -eu
cd "$(dirname "$0")/.."
sh scripts/prepare.sh >&2
exec node --import tsx bench/bench.ts "$@"

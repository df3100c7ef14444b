#!/bin/sh
# The demo on a fresh clone: fetches what is missing, builds, and plays demo.ts. `--keep` leaves the mesh standing until Ctrl-C.
set -eu
cd "$(dirname "$0")/.."

cat <<'TEXT'
haproxy-splitbrain: the demo

A mesh of three real HAProxies on this machine, a real split brain in it, and the report that finds it.
It takes less than a minute, talks to 127.0.0.0/8 only, and takes everything down again, also on Ctrl-C.
What it needs is fetched first: npm packages into node_modules, and haproxy and openssh-server by apt if missing.

TEXT

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "Node 20.19 or newer is needed; this is $(node --version 2>/dev/null || echo 'no Node')." >&2
  exit 3
fi
# npm writes this file last, so that it is older than the lock file wherever an install is stale or was cut short.
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo 'Fetching npm packages (npm ci, without install scripts) ...'
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
echo 'Building (npm run build) ...'
npm run --silent build
sh scripts/install-debian-packages.sh haproxy openssh-server

# In one process: Ctrl-C reaches the demo itself, which then takes the mesh down.
exec node --import tsx demo/demo.ts "$@"

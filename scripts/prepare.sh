#!/bin/sh
# Makes a clone ready to run: the right Node, npm packages, a build. Quiet about what is already there.
#
#   scripts/prepare.sh        Exit: 0 ready · 3 this Node is too old · else what npm said
set -eu
cd "$(dirname "$0")/.."

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "Node 20.19 or newer is needed; this is $(node --version 2>/dev/null || echo 'no Node')." >&2
  exit 3
fi
# npm writes this file last, so that it is older than the lock file wherever an install is stale or was cut short.
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo 'Fetching npm packages (npm ci, without install scripts) ...'
  # npm ci (11.19) refuses a lock file without the optional packages of other platforms, which is what npm writes where a registry
  # does not carry them. npm install takes the versions of the same lock file, and leaves it as it is.
  npm ci --ignore-scripts --no-audit --no-fund --silent || {
    echo 'npm ci refuses the lock file or cannot fetch: trying npm install with the same versions ...'
    npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
  }
  # The one package whose own script runs: an SSH dump then takes a fifth less CPU. Never fails; takes a C++ compiler and Node's headers.
  echo 'Compiling the ciphers of ssh2 (npm rebuild ssh2), where there is a compiler ...'
  npm rebuild ssh2 --no-audit --no-fund --silent || echo 'npm rebuild failed: SSH works all the same.'
fi
echo 'Building (npm run build) ...'
npm run --silent build

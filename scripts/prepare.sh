#!/bin/sh
# Makes a clone ready to run: the right Node, npm packages, a build. Skips what is already done for
# this lock file and these sources.
#
#   scripts/prepare.sh [--afresh]     --afresh installs and builds in any case
#
# Exit: 0 ready · 3 this Node is too old · else what npm said
set -eu
cd "$(dirname "$0")/.."

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "Node 20.19 or newer is needed; this is $(node --version 2>/dev/null || echo 'no Node')." >&2
  exit 3
fi

# What was installed and built is known by the checksum of what it was made from. Times would not
# do: git changes them.
installed=node_modules/.made-from
compiled=node_modules/.compiled-for
built=dist/.made-from
if [ "${1:-}" = --afresh ]; then rm -f "$installed" "$built"; fi
is_made_from() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

lock=$(cksum <package-lock.json)
if ! is_made_from "$installed" "$lock"; then
  echo 'Fetching npm packages (npm ci, without install scripts) ...'
  # npm ci (11.19) refuses a lock file without the optional packages of other platforms, which is
  # what npm writes where a registry
  # does not carry them. npm install takes the versions of the same lock file, and leaves it as it
  # is.
  npm ci --ignore-scripts --no-audit --no-fund --silent || {
    echo 'npm ci refuses the lock file or cannot fetch: trying npm install with the same versions ...'
    npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
  }
  rm -f "$compiled"
  # Last, so that an installation that was cut short is done again.
  echo "$lock" >"$installed"
fi

# The one package whose own script runs: an SSH dump then takes a fifth less CPU. Never fails;
# takes a C++ compiler and Node's headers. What is compiled for one Node, another one does not load.
node_abi=$(node -p process.versions.modules)
if ! is_made_from "$compiled" "$node_abi"; then
  echo 'Compiling the ciphers of ssh2 (npm rebuild ssh2), where there is a compiler ...'
  npm rebuild ssh2 --no-audit --no-fund --silent || echo 'npm rebuild failed: SSH works all the same.'
  echo "$node_abi" >"$compiled"
fi

sources=$(find src jobs assembly scripts/build.sh scripts/man-page.ts package.json package-lock.json -type f | LC_ALL=C sort | xargs cksum | cksum)
if ! is_made_from "$built" "$sources"; then
  echo 'Building (npm run build) ...'
  npm run --silent build
  echo "$sources" >"$built"
fi

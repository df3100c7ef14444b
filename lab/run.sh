#!/bin/sh
# The laboratory on a fresh clone: fetches what is missing, builds, and starts lab.ts: a mesh that
# stands until Ctrl-C, and a prompt.
set -eu
cd "$(dirname "$0")/.."

sh scripts/prepare.sh
sh scripts/install-debian-packages.sh haproxy openssh-server socat curl

# In one process: Ctrl-C reaches the laboratory itself, which then takes the mesh down.
exec node --import tsx lab/lab.ts

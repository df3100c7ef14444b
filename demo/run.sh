#!/bin/sh
# The demo on a fresh clone: fetches what is missing, builds, and plays demo.ts. `--keep` leaves the mesh standing until Ctrl-C.
set -eu
cd "$(dirname "$0")/.."

cat <<'TEXT'
haproxy-splitbrain: the demo

A mesh of three real HAProxies on this machine, a real split brain in it, the report that finds it, and the heal that ends it.
It takes less than a minute, talks to 127.0.0.0/8 only, and takes everything down again, also on Ctrl-C.
What it needs is fetched first: npm packages into node_modules, and haproxy and openssh-server by apt if missing.

TEXT

sh scripts/prepare.sh
sh scripts/install-debian-packages.sh haproxy openssh-server

# In one process: Ctrl-C reaches the demo itself, which then takes the mesh down.
exec node --import tsx demo/demo.ts "$@"

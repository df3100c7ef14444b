#!/bin/sh
# `npm test` on a fresh clone: fetches what is missing, builds, checks, and runs every test.
# Arguments go to vitest.
#
#   npm test                      everything
#   npm test -- test/plan         these files, without `npm run check`; installs and builds only
#                                 what has changed
#   npm run test:unit             the tests without processes: half a minute
#   npm run test:mesh             all others
#
# With CI=true or SPLITBRAIN_CI set, nothing is left out, and whatever a test could lack has to be
# there: one that is skipped proves nothing. With SPLITBRAIN_CHECKED set, a run before has installed,
# built and checked these sources.
# Exit: what vitest says · 1 where the tests pass and `npm run check` does not · 3 something is
# missing that must be there.
# The last line is `N passed, N failed, N skipped`, unless nothing could be run at all.
set -eu
cd "$(dirname "$0")/.."

case "${SPLITBRAIN_CI:-${CI:-}}" in '' | 0 | false) strict='' ;; *) strict=yes ;; esac

lacking() {
  if [ -n "$strict" ]; then
    echo "$1: this is CI, where nothing may be skipped, so nothing is tested." >&2
    exit 3
  fi
  echo "$1: the tests that need it are skipped." >&2
}

afresh=${strict:+--afresh}
if [ -n "${SPLITBRAIN_CHECKED:-}" ]; then afresh=''; fi
sh scripts/prepare.sh $afresh
# One test needs sudo, some need Java, a browser or Python packages, and a laptop should not get them
# for that: only CI tests everything.
sh scripts/install-debian-packages.sh haproxy openssh-server socat openssl \
  ${strict:+sudo ansible-core groovy default-jre-headless jenkins-job-builder chromium zsh fish mandoc groff-base systemd} ||
  lacking 'Something above could not be installed'
sh scripts/fetch-haproxy.sh sid || lacking "There is no newer HAProxy beside the system's"
if [ -n "$strict" ]; then
  sh scripts/fetch-sshd.sh sid || lacking "There is no newer SSH server beside the system's"
  sh scripts/fetch-moto.sh || lacking 'There is no independent stand-in for CloudWatch'
  sh scripts/fetch-promtool.sh || lacking 'There is no promtool'
  sh scripts/fetch-consul.sh || lacking 'There is no Consul'
fi

checked=0
if [ -z "${SPLITBRAIN_CHECKED:-}" ] && { [ $# -eq 0 ] || [ -n "$strict" ]; }; then
  echo 'Checking format, lint, types and dead code (npm run check) ...'
  npm run --silent check || checked=$?
fi
if [ "$checked" -ne 0 ]; then echo 'npm run check failed, see above; the tests run all the same.' >&2; fi

tested=0
node_modules/.bin/vitest run "$@" || tested=$?
if [ "$tested" -eq 0 ] && [ "$checked" -ne 0 ]; then tested=1; fi
exit "$tested"

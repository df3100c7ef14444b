#!/bin/sh
# The gate in front of new proxies: check, fill what they lack, check again. Exit 0: they hold
# everything and may take traffic. Any other code: keep traffic away from them.
#
#   sh jobs/gate.sh CONFIG OUT [PROXY...]     PROXY: the new proxies; default, whatever lacks entries
#
# OUT gets the text and the JSON of each step. FILL=no only checks; EXPECT=6 says how many proxies
# there must be now. A fill needs a `heal:` section in the configuration: nobody is asked.
set -u
config=$1
out=$2
shift 2
mkdir -p "$out"

check() {
  name=$1
  shift
  node dist/src/main.js check --after-scale-up ${EXPECT:+--expect "$EXPECT"} "$@" -c "$config" --json "$out/$name.json" --junit "$out/junit.xml" \
    >"$out/summary.txt"
  rc=$?
  cat "$out/summary.txt"
  return $rc
}

check check-before
before=$?
# 2, 3: an item fails or is not known, which a fill may change. 0: there is nothing to fill in.
case $before in
  2 | 3) ;;
  *) exit $before ;;
esac
if [ "${FILL:-yes}" = no ]; then exit $before; fi

node dist/jobs/fill.js --config "$config" --out "$out/fill" --proxies "$*"
filled=$?
# Usage, a crash, and a run that was interrupted: the check would only hide them.
case $filled in
  0 | 2 | 3 | 4) ;;
  *) exit $filled ;;
esac
# Links and loads may need a moment more.
check check-after --wait "${WAIT:-2m}"
after=$?
# A refusal says more than the item that fails because of it.
if [ $after -ne 0 ] && [ $filled -eq 4 ]; then exit 4; fi
exit $after

#!/bin/bash
# peers.sh [MEASURE...]: rollbackd beside its peers, against the same targets.
#
# Three rounds of everything, or of the measures named; QUICK=1 makes one
# short round, whose figures are rough.  ROUNDS says otherwise, and MANY how
# many targets are to be 10,000, where a machine is too busy.  Everything is on
# loopback and in a temporary folder; only what was started here is stopped.
# The table of goals is printed and left in $BUILD/bench-peers.md.
# shellcheck source-path=SCRIPTDIR
set -u
build=$(realpath "${BUILD:?}")
here=$(dirname "$(realpath "$0")")
unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID
dir=$(mktemp -d "${TMPDIR:-/tmp}/rollbackd-peers.XXXXXX") || exit 1
chmod 711 "$dir"
results=$build/bench-peers.tsv
table=$build/bench-peers.md
round=1
port=$((20000 + RANDOM % 5000 * 2))
control=$((port + 1))
many=${MANY:-10000}
warm_s=6 window_s=10 trials=6 memory_s=310 rounds=${ROUNDS:-3}
if [ -n "${QUICK:-}" ]; then
	warm_s=3 window_s=5 trials=3 memory_s=20 rounds=${ROUNDS:-1}
fi

. "$here/peers/lib.sh"
. "$here/peers/configs.sh"
. "$here/peers/start.sh"
. "$here/peers/cpu.sh"
. "$here/peers/lateness.sh"
. "$here/peers/detection.sh"
. "$here/peers/closes.sh"
. "$here/peers/many.sh"
. "$here/peers/scripts.sh"
. "$here/peers/goals.sh"
trap 'stop_all; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

# In each round, one after the other; then what is measured once.
each_round="bare haproxy auto curl fresh haproxy_1k auto_1k auto_18k monit
blackbox nagios base detection detection_haproxy"
once="scripts closes many lateness"

wanted() {
	[ $# -lt 2 ] || {
		case " ${*:2} " in *" $1 "*) return 0 ;; esac
		return 1
	}
}

: >"$results"
# shellcheck disable=SC2119 # how many workers is no business of our caller
start_targets || exit 1
began=$SECONDS
for ((round = 1; round <= rounds; round++)); do
	for m in $each_round $([ "$round" -lt "$rounds" ] || echo "$once"); do
		wanted "$m" "$@" || continue
		say "round $round of $rounds: $m"
		"measure_$m" || say "$m: not measured"
		tell set ok 0 99999
	done
done
took=$((SECONDS - began))
round=0
goals | tee "$table"

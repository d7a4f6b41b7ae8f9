#!/bin/bash
# peers_many.sh: 50,000 and 100,000 targets at 10 s in one process, of which
# only as many connections are kept as files may be open: what was lost or
# late, and what a probe costs.  Of asking alone.
#
# The targets are at addresses of their own, so that no pair of addresses and
# ports comes again while the last connection between them is being forgotten.
#
# Prints lines of a name, a value and a unit, with tabs between.
set -u
bench=$(realpath "${BUILD:?}")/tests/bench/bench_fetch
[ -x "$bench" ] || {
	echo 'many: bench_fetch is not built' >&2
	exit 0
}
ulimit -n "$(ulimit -Hn)"
for count in 50000 ${QUICK:-100000}; do
	[ "$count" -lt 50000 ] || "$bench" lean "$count" 10000 none || exit 1
done

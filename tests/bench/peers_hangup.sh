#!/bin/bash
# peers_hangup.sh: servers close half or all of 10,000 kept connections in one
# moment, with each engine: what failed, and how long the loop stood still.
# Of asking alone; what the whole daemon makes of it is measured elsewhere.
#
# Prints lines of a name, a value and a unit, with tabs between.
set -u
bench=$(realpath "${BUILD:?}")/tests/bench/bench_fetch
[ -x "$bench" ] || {
	echo 'hangup: bench_fetch is not built' >&2
	exit 0
}
ulimit -n "$(ulimit -Hn)"
count=10000
[ -z "${QUICK:-}" ] || count=2000
for engine in lean curl; do
	"$bench" "$engine" "$count" 10000 half || exit 1
	"$bench" "$engine" "$count" 1000 all || exit 1
done

# shellcheck shell=bash
# Servers close their kept connections, all in the same moment.

# samples OUTCOME: how many the daemon has counted.
samples() {
	awk -v outcome="outcome=\"$1\"" '
		/^rollbackd_samples_total/ && index($0, outcome) { n += $NF }
		END { print n + 0 }' "$2"
}
# closes NAME INTERVAL_S PERCENT
closes() {
	local o own worst
	start_rollbackd "$many" "${2}s" || return
	tell reset "$(($2 * 1000))"
	all_asked "$many" 120 || {
		stop "$peer"
		return 1
	}
	pause $(($2 + 3))
	ctl metrics >"$dir/before"
	pause $(($2 + 1))
	tell count
	say "answers connects wrong open hung: $reply"
	tell reset "$(($2 * 1000))"
	tell close "$3"
	pause $(($2 + 5))
	tell gaps
	read -r _ _ worst _ <<<"$reply"
	tell count
	say "answers connects wrong open hung: $reply"
	ctl metrics >"$dir/after"
	for o in failed lost; do
		figure "$1.$o" $(($(samples $o "$dir/after") - \
			$(samples $o "$dir/before")))
	done
	figure "$1.late_worst_ms" $((worst / 1000))
	# Both are bounds: what the targets see is also the pace of connections.
	read -r _ own < <(lateness_of loop_lag)
	figure "$1.own_lag_ms" "$own"
	figure "$1.lag_ms" "$(awk -v own="$own" -v seen="$worst" 'BEGIN {
		seen /= 1000
		print (own + 0 > 0 && own + 0 < seen) ? own : seen
	}')"
	stop "$peer"
}

measure_closes() {
	closes close_half 10 50
	closes close_all 1 100
}

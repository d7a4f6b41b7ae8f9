# shellcheck shell=bash
# Servers close their kept connections, all in the same moment.

# samples OUTCOME: how many the daemon has counted.
samples() {
	awk -v outcome="outcome=\"$1\"" '
		/^rollbackd_samples_total/ && index($0, outcome) { n += $NF }
		END { print n + 0 }' "$dir/page"
}

# closes NAME INTERVAL_S PERCENT
closes() {
	local failed lost own worst
	start_rollbackd "$many" "${2}s" || return
	tell reset "$(($2 * 1000))"
	all_asked "$many" 120 || {
		stop "$peer"
		return 1
	}
	pause $(($2 + 3))
	ctl metrics >"$dir/page"
	failed=$(samples failed) lost=$(samples lost)
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
	ctl metrics >"$dir/page"
	figure "$1.failed" $(($(samples failed) - failed))
	figure "$1.lost" $(($(samples lost) - lost))
	figure "$1.late_worst_ms" $((worst / 1000))
	# Both are bounds: what it says is of its whole life, and what the
	# targets see is also the pace of new connections.
	own=$(awk '$1 == "rollbackd_loop_lag_max_seconds" { print $2 * 1000 }' \
		"$dir/page")
	figure "$1.lag_ms" "$(awk -v own="${own:-1e9}" -v seen="$worst" \
		'BEGIN { seen /= 1000; print own < seen ? own : seen }')"
	stop "$peer"
}

measure_closes() {
	closes close_half 10 50
	closes close_all 1 100
}

# shellcheck shell=bash
# CPU time per probe that was made, as the targets have counted it; memory;
# the rate; the worst time between two probes of a target.

# cpu NAME N INTERVAL_MS: of $peer, which was just started.
cpu() {
	local warm=$warm_s window=$window_s
	# Slow intervals: as many whole rounds as it needs to see each once.
	[ "$3" -le 1000 ] || warm=$(($3 / 1000 + 3)) window=$(($3 / 1000))
	tell reset "$3"
	# Some are too slow to ask all of them in that time: measured all the same.
	all_asked "$2" 60 || kill -0 "$peer" 2>/dev/null || return
	pause "$warm"
	if probes_and_cpu "$peer" "$window" "$3"; then
		figure "$1.us" "$cpu_us"
		figure "$1.rate" "$rate"
		figure "$1.gap_ms" "$(awk -v g="$worst_gap" -v i="$3" \
			'BEGIN { printf "%.0f", g / 1000 + i }')"
		figure "$1.rss_kb" "$(resident_kb "$peer")"
	fi
	stop "$peer"
}

measure_bare() { start_bare "$many" 1000 && cpu bare "$many" 1000; }
measure_auto() { start_rollbackd "$many" 1s && cpu auto "$many" 1000; }
measure_curl() {
	start_rollbackd "$many" 1s 'engine = "curl";' && cpu curl "$many" 1000
}
measure_fresh() {
	start_rollbackd "$many" 1s 'fresh_connection = true;' &&
		cpu fresh "$many" 1000
}
measure_haproxy() { start_haproxy "$many" && cpu haproxy "$many" 1000; }
measure_auto_1k() { start_rollbackd 1000 1s && cpu auto_1k 1000 1000; }
measure_auto_18k() { start_rollbackd 18000 18s && cpu auto_18k 18000 18000; }
measure_haproxy_1k() { start_haproxy 1000 && cpu haproxy_1k 1000 1000; }
measure_monit() { start_monit 1000 && cpu monit 1000 1000; }
measure_nagios() { start_nagios 1000 && cpu nagios 1000 1000; }
measure_blackbox() {
	start_blackbox 1000 || return
	cpu blackbox 1000 1000
	stop "$driver"
}
# With one target: what is there before the first one costs anything.
measure_base() {
	start_rollbackd 1 1s || return
	tell reset 1000
	all_asked 1 20
	pause 3
	figure base.rss_kb "$(resident_kb "$peer")"
	stop "$peer"
}

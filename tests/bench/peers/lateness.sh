# shellcheck shell=bash
# How late the starts of probes are, as their targets see it: each has a grid
# of moments, one interval apart, and what is off it is late.  10,000 a second,
# undisturbed and while other things go on.  Targets that were told to fail are
# left out from then on: out of turn they are asked on purpose.

# late NAME SECONDS
late() {
	local p99 worst
	pause "$2"
	tell late
	read -r _ p99 worst _ <<<"$reply"
	figure "late_$1.p99_us" "${p99:-0}"
	figure "late_$1.worst_us" "${worst:-0}"
}

# own_lag_ms: the worst turn of the daemon's loop since its start.
own_lag_ms() {
	ctl metrics 2>/dev/null | awk '
		$1 == "rollbackd_loop_lag_max_seconds" { print $2 * 1000 }'
}

late_reload() {
	sed 's/above = "500ms"/above = "501ms"/' "$dir/rollbackd.conf" \
		>"$dir/changed.conf"
	# One service only; the others are kept.
	awk 'NR == FNR { all[FNR] = $0; n = FNR; next }
		!done && $0 != all[FNR] { print; done = 1; next }
		{ print all[FNR] }' "$dir/rollbackd.conf" "$dir/changed.conf" \
		>"$dir/next.conf"
	chmod 600 "$dir/next.conf"
	mv "$dir/next.conf" "$dir/rollbackd.conf"
	tell reset 1000
	ctl reload >/dev/null || say "the reload is refused"
	late reload "$window_s"
}

# late_status NAME ARGUMENTS...: a hundred calls at once.
late_status() {
	local i calls=()
	tell reset 1000
	for ((i = 0; i < 100; i++)); do
		ctl "${@:2}" >/dev/null 2>&1 &
		calls+=("$!")
	done
	wait "${calls[@]}"
	late "$1" "$((window_s / 2))"
}

late_rollback() {
	tell reset 1000
	tell set bad 432 432
	wait_said "procedure back .*service=s432\$" 15 "$reply" ||
		say "no rollback begins"
	tell set ok 432 432
	late rollback "$((window_s / 2))"
}

late_hung() {
	tell set hang $((many * 9 / 10)) $((many - 1))
	pause 2
	tell reset 1000
	late hung "$window_s"
}

measure_lateness() {
	local began=$SECONDS
	start_rollbackd "$many" 1s || return
	tell reset 1000
	all_asked "$many" 120 || {
		stop "$peer"
		return 1
	}
	pause "$warm_s"
	# The grids are learned when the bustle of the start is over.
	tell forget
	pause 5
	tell reset 1000
	late steady "$window_s"
	late_reload
	late_status status why s77
	late_status status_all status
	late_rollback
	while [ $((SECONDS - began)) -lt "$memory_s" ]; do
		pause 1
	done
	figure filled.rss_kb "$(resident_kb "$peer")"
	figure late_all.own_worst_ms "$(own_lag_ms)"
	late_hung
	stop "$peer"
}

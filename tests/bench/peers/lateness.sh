# shellcheck shell=bash
# How late the starts of probes are, as their targets see it: each has a grid
# of moments, one interval apart, and what is off it is late.  10,000 a second,
# undisturbed and while other things go on.  Targets that were told to fail are
# left out from then on: out of turn they are asked on purpose.

begin() {
	ctl metrics >"$dir/before"
	tell reset 1000
}
# late NAME SECONDS: since begin, and so long from now.
late() {
	local p50 p99 worst
	pause "$2"
	tell late
	read -r p50 p99 worst _ <<<"$reply"
	figure "late_$1.p50_us" "$p50"
	figure "late_$1.p99_us" "$p99"
	figure "late_$1.worst_us" "$worst"
	ctl metrics >"$dir/after"
	read -r p99 worst < <(lateness_of poll_lateness)
	figure "late_$1.own_p99_ms" "${p99:-}"
	figure "late_$1.own_worst_ms" "${worst:-}"
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
	begin
	ctl reload >/dev/null || say "the reload is refused"
	late reload "$window_s"
}

# late_status NAME ARGUMENTS...: a hundred calls at once.
late_status() {
	local i calls=()
	begin
	for ((i = 0; i < 100; i++)); do
		ctl "${@:2}" >/dev/null 2>&1 &
		calls+=("$!")
	done
	wait "${calls[@]}"
	late "$1" "$((window_s / 2))"
}

late_rollback() {
	begin
	tell set bad 432 432
	wait_said "procedure back .*service=s432\$" 15 "$reply" ||
		say "no rollback begins"
	tell set ok 432 432
	late rollback "$((window_s / 2))"
}

late_hung() {
	tell set hang $((many * 9 / 10)) $((many - 1))
	pause 2
	begin
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
	begin
	late steady "$window_s"
	while [ $((SECONDS - began)) -lt "$memory_s" ]; do
		pause 1
	done
	figure filled.rss_kb "$(resident_kb "$peer")"
	late_reload
	late_status status why s77
	late_status status_all status
	late_rollback
	figure reloaded.rss_kb "$(resident_kb "$peer")"
	late_hung
	stop "$peer"
}

# shellcheck shell=bash
# More targets than descriptors: 50,000 and 100,000 at 10 s in one process.
# On time is what is late by at most a hundredth of the interval.

on_time_us=100000

# many_targets NAME N
many_targets() {
	local asked fewest p99 worst
	start_rollbackd "$2" 10s || return
	tell reset 10000
	all_asked "$2" 120 || {
		stop "$peer"
		return 1
	}
	pause 15
	tell forget
	pause 25
	probes_and_cpu "$peer" 20 10000
	tell "beyond $on_time_us"
	figure "$1.late" "$reply"
	tell each
	read -r asked fewest _ <<<"$reply"
	figure "$1.asked_share" "$(awk -v a="$asked" -v n="$2" \
		'BEGIN { print a / n }')"
	figure "$1.fewest" "$fewest"
	tell late
	read -r _ p99 worst _ <<<"$reply"
	figure "$1.p99_us" "$p99"
	figure "$1.worst_us" "$worst"
	figure "$1.us" "$cpu_us"
	figure "$1.rate" "$rate"
	figure "$1.rss_kb" "$(resident_kb "$peer")"
	tell count
	figure "$1.new_share" "$(awk -v f="$reply" \
		'BEGIN { split(f, v, " "); print v[2] / v[1] }')"
	stop "$peer"
}

# One process of targets may not have so many descriptors either.
measure_many() {
	stop "$targets"
	start_targets 6
	many_targets many_50k $((many * 5))
	many_targets many_100k $((many * 10))
	stop "$targets"
	start_targets 1
}

# shellcheck shell=bash
# From the first wrong answer that a target served to the line in which the
# prober calls it bad, three failures in a row at 1 s, 10,000 targets.  Both
# moments are of the same clock.

# wait_said PATTERN SECONDS SINCE: when it said so first is in $at.
wait_said() {
	local i
	for ((i = 0; i < $2 * 20; i++)); do
		at=$(grep -a -e "$1" "$said" | awk -v since="$3" \
			'$1 + 0 > since + 0 { print $1; exit }')
		[ -z "$at" ] || return 0
		pause 0.05
	done
	return 1
}

# detect NAME PATTERN FIRST: trials with targets from FIRST on.
detect() {
	local i x ms=()
	for ((i = 0; i < trials; i++)); do
		x=$(($3 + i * 7))
		tell set bad $x $x
		if wait_said "${2//@/$x}" 15 "$reply"; then
			tell "first $x"
			ms+=("$(awk -v a="$at" -v b="$reply" \
				'BEGIN { printf "%.1f\n", (a - b) / 1e6 }')")
		else
			say "$1: target $x is not found bad"
		fi
		tell set ok $x $x
	done
	[ ${#ms[@]} -gt 0 ] || return
	figure "$1.ms" "$(printf '%s\n' "${ms[@]}" | sort -n |
		sed -n "$(((${#ms[@]} + 1) / 2))p")"
	figure "$1.worst_ms" "$(printf '%s\n' "${ms[@]}" | sort -n | tail -1)"
	figure "$1.missed" $((trials - ${#ms[@]}))
}

# settled N: all targets are asked, and for a while.
settled() {
	tell reset 1000
	all_asked "$1" 120 && pause "$warm_s" && return
	stop "$peer"
	return 1
}

measure_detection() {
	local bad='is bad: .*service=s@$'
	start_rollbackd "$many" 1s && settled "$many" || return
	detect detect "$bad" 100
	tell set hang $((many * 9 / 10)) $((many * 19 / 20 - 1))
	pause "$warm_s"
	detect detect_hung "$bad" $((many * 4 / 10))
	stop "$peer"
	tell set ok 0 99999
	start_rollbackd "$many" 1s 'recheck_interval = "100ms";' &&
		settled "$many" || return
	detect detect_recheck "$bad" 100
	stop "$peer"
}
measure_detection_haproxy() {
	start_haproxy "$many" && settled "$many" || return
	detect detect_haproxy '^[0-9]* Server targets/s@ is DOWN' 100
	stop "$peer"
}

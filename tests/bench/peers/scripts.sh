# shellcheck shell=bash
# Measures that are programs of their own: each prints lines of a name, a value
# and a unit with tabs between.  Those that are not there are not measured.

# take_figures: from such lines; other ones are for people.
take_figures() {
	local name value unit
	while IFS=$'\t' read -r name value unit; do
		if [ -n "$unit" ]; then
			figure "$name" "$value"
			printf '%s\t%s\n' "$name" "$unit" >>"$dir/units"
		else
			say "$name"
		fi
	done
}

measure_scripts() {
	local s
	: >"$dir/units"
	for s in "$here"/peers_*.sh; do
		[ -x "$s" ] || continue
		say "${s##*/}"
		BUILD=$build QUICK=${QUICK:-} timeout 600 "$s" \
			2>"$dir/script.log" | take_figures
		[ "${PIPESTATUS[0]}" -eq 0 ] ||
			say "${s##*/} failed: $(tail -2 "$dir/script.log")"
	done
	# The whole daemon, with as many targets.
	if [ -x "$bin/bench_trip" ]; then
		say bench_trip
		"$bin/bench_trip" 2>"$dir/script.log" | take_figures
	fi
	if [ -x "$bin/bench_reload" ]; then
		say bench_reload
		"$bin/bench_reload" "$many" 2>"$dir/script.log" | take_figures
	fi
	evaluators
}

# CPU time of all four evaluators of one target, for each sample.
evaluators() {
	local one many
	[ -x "$bin/bench_samples" ] || return
	read -r one many _ < <(on "$client_core" "$bin/bench_samples" 10000 |
		sed -n 's/^all four, mean *//p')
	figure evaluators.ns "$one"
	figure evaluators_in_turn.ns "$many"
}

goals_of_scripts() {
	local page
	for page in 'node_exporter page' '10 MB of histograms'; do
		goal "exposition, $page: all labels, against Prometheus" x \
			'>7' '>9' "exposition, $page, all labels"
		goal '... selecting 20 series, against Prometheus' x '>25' - \
			"exposition, $page, 20 series"
		goal '... selecting 20 series, ours' GB/s - '>2' \
			"exposition, $page, 20 series, ours" - 0.001
	done
	goal 'trip to first step'\''s process: p50' ms 5 1.5 \
		'trip to first step, p50'
	goal '... p99' ms 20 4 'trip to first step, p99'
	goal 'consecutive + breaker + latency + error rate, a sample' ns \
		100 50 evaluators.ns
	goal '... 10,000 targets in turn' ns 100 50 evaluators_in_turn.ns
	goal 'start to READY, 10,000 targets' ms 1000 500 'start to ready, p50'
	goal 'reload of one change, on the loop' ms 50 10 \
		'asked during a reload, worst'
	goal 'status of one service' ms 1 0.3 'status of one service, p50'
}

# All that those programs say, for who wants more than the goals.
all_of_scripts() {
	local name unit
	[ -s "$dir/units" ] || return
	echo '| further | unit | median [least..most] |'
	echo '|---|---|---|'
	sort -u "$dir/units" | while IFS=$'\t' read -r name unit; do
		echo "| $name | $unit | $(shown "$name") |"
	done
}

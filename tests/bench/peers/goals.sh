# shellcheck shell=bash
# The table: what was wanted, what was measured, and what that means.

# of NAME [OTHER [FACTOR]]: "median min max" over the rounds, of NAME or, in
# each round, of NAME / OTHER; OTHER "-" is 1.
of() {
	awk -F '\t' -v name="$1" -v other="${2:--}" -v factor="${3:-1}" '
		$2 == name { top[$1] = $3 }
		$2 == other { bottom[$1] = $3 }
		END {
			for (r in top) {
				if (other == "-")
					v[++n] = top[r] * factor
				else if (bottom[r] > 0)
					v[++n] = top[r] * factor / bottom[r]
			}
			for (i = 2; i <= n; i++)
				for (k = i; k > 1 && v[k] < v[k - 1]; k--) {
					t = v[k]; v[k] = v[k - 1]; v[k - 1] = t
				}
			if (n > 0)
				print (n % 2 ? v[(n + 1) / 2] : \
				    (v[n / 2] + v[n / 2 + 1]) / 2), v[1], v[n]
		}' "$results"
}

# goal LABEL UNIT BAR STRETCH NAME [OTHER [FACTOR]]: at most; with BAR ">7" at
# least; "-" where there is none.
goal() {
	local figures
	figures=$(of "${@:5}")
	awk -v label="$1" -v unit="$2" -v bar="$3" -v stretch="$4" \
		-v figures="$figures" '
		function meets(value, limit) {
			if (substr(limit, 1, 1) == ">")
				return value >= substr(limit, 2) + 0
			return value <= limit + 0
		}
		function wanted(limit) {
			if (limit == "-")
				return "-"
			if (sub(/^>/, "", limit))
				return ">= " limit
			return "<= " limit
		}
		BEGIN {
			if (split(figures, f, " ") < 3) {
				text = "-"
				says = "not measured"
			} else {
				text = sprintf("%.4g [%.4g..%.4g]", f[1], f[2], f[3])
				if (stretch != "-" && meets(f[1], stretch))
					says = "pass stretch"
				else if (bar != "-" && meets(f[1], bar))
					says = "pass bar"
				else if (bar == "-")
					says = stretch == "-" ? "said" : "beyond stretch"
				else
					says = "missed"
			}
			printf "| %s | %s | %s | %s | %s | %s |\n", label, unit,
			    text, wanted(bar), wanted(stretch), says
		}'
}

version_of() {
	dpkg-query -W -f '${Package} ${Version}, ' "$@" 2>/dev/null
}
machine() {
	echo "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)," \
		"$(nproc --all) cores, $(awk '/MemTotal/ { printf "%.1f GB", \
		$2 / 1e6 }' /proc/meminfo), $(uname -sr)," \
		"at most $(ulimit -Hn) descriptors a process."
	echo "$(version_of haproxy monit prometheus-blackbox-exporter \
		nagios4-core monitoring-plugins-basic prometheus wrk libevent-2.1-7 \
		libcurl4)$("${CC:-cc}" --version | head -1)."
}

# What each took, apart from goals.
plain() {
	local n
	echo '| who | CPU us/probe | probes/s | worst gap ms | resident MB |'
	echo '|---|---|---|---|---|'
	for n in bare auto curl fresh haproxy auto_18k auto_1k haproxy_1k many_50k many_100k monit \
		blackbox nagios; do
		echo "| $n | $(shown "$n.us") | $(shown "$n.rate") |" \
			"$(shown "$n.gap_ms") | $(shown "$n.rss_kb" - 0.001) |"
	done
}
# A ratio of CPU times says little where one of both was starved.
starved() {
	local n asked f
	for n in bare auto curl fresh haproxy auto_1k haproxy_1k auto_18k; do
		asked=$many
		[[ $n != *_1[k8]* ]] || asked=1000
		f=$(of "$n.rate")
		[ -n "$f" ] || continue
		awk -v n="$n" -v f="$f" -v asked="$asked" 'BEGIN {
			split(f, v, " ")
			if (v[2] < 0.95 * asked)
				printf "Starved: %s made %d of %d probes a " \
				    "second in a round; do not quote it.\n",
				    n, v[2], asked
		}'
	done
}

# The targets see what the daemon says, and their own lateness.
lateness_twice() {
	local n
	echo '| starts late, ms | p99, at targets | worst | p99, of the daemon | worst |'
	echo '|---|---|---|---|---|'
	for n in steady reload status status_all rollback hung; do
		echo "| $n | $(shown "late_$n.p99_us" - 0.001) |" \
			"$(shown "late_$n.worst_us" - 0.001) |" \
			"<= $(shown "late_$n.own_p99_ms") |" \
			"<= $(shown "late_$n.own_worst_ms") |"
	done
}
shown() {
	local f
	f=$(of "$@")
	[ -n "$f" ] || {
		echo -
		return
	}
	awk -v f="$f" 'BEGIN { split(f, v, " ")
		printf "%.4g [%.4g..%.4g]\n", v[1], v[2], v[3] }'
}

# The rest of the memory is what one target adds.
marginal() {
	awk -F '\t' -v OFS='\t' -v all="$many" '
		$2 == "auto.rss_kb" { many[$1] = $3 }
		$2 == "auto_1k.rss_kb" { few[$1] = $3 }
		$2 == "haproxy.rss_kb" { h_many[$1] = $3 }
		$2 == "haproxy_1k.rss_kb" { h_few[$1] = $3 }
		$2 == "filled.rss_kb" { filled = $3 }
		$2 == "reloaded.rss_kb" { reloaded = $3 }
		END {
			for (r in many)
				if (r in few)
					print r, "target.kb", (many[r] - few[r]) / (all - 1000)
			for (r in h_many)
				if (r in h_few)
					print r, "haproxy.target_kb",
					    (h_many[r] - h_few[r]) / (all - 1000)
			for (r in few) {
				if (filled)
					print r, "filled.target_kb",
					    (filled - few[r]) / (all - 1000)
				if (reloaded)
					print r, "reloaded.target_kb",
					    (reloaded - few[r]) / (all - 1000)
			}
		}' "$results" >"$dir/marginal"
	cat "$dir/marginal" >>"$results"
}

goals_of_cost() {
	goal 'CPU per probe, 10,000 at 1 s, against HAProxy' x 0.40 0.25 \
		auto.us haproxy.us
	goal '... against the bare libevent prober' x 2.0 1.5 auto.us bare.us
	goal 'libcurl engine (forced), against HAProxy' x 0.95 0.8 \
		curl.us haproxy.us
	goal 'CPU per probe, 1,000, against Monit' x 0.5 0.25 \
		auto_1k.us monit.us
	goal '... against blackbox_exporter alone' x 0.05 0.02857 \
		auto_1k.us blackbox.us
	goal '... against Nagios and check_http' x 0.01 0.007143 \
		auto_1k.us nagios.us
	goal 'flat: 18,000 at 18 s against 1,000 at 1 s' x 1.3 1.15 \
		auto_18k.us auto_1k.us
	goal 'new connection per probe, against HAProxy' x - 1.0 \
		fresh.us haproxy.us
	goal '50,000 at 10 s: starts late by more than 100 ms' '' 0 - \
		many_50k.late
	goal '100,000 at 10 s: starts late by more than 100 ms' '' - 0 \
		many_100k.late
	goal 'resident per target, from 1,000 to 10,000' KB 6 3 target.kb
	goal '... when all windows are full' KB 6 3 filled.target_kb
	goal '... and after a reload' KB - - reloaded.target_kb
	goal '... of HAProxy, from 1,000 to 10,000' KB - - haproxy.target_kb
	goal 'base resident (one target)' MB 20 14 base.rss_kb - 0.001024
}
goals_of_time() {
	local what
	for what in steady reload status status_all rollback hung; do
		goal "lateness of starts, $what: p99" ms 10 5 \
			"late_$what.p99_us" - 0.001
		goal "lateness of starts, $what: worst" ms 50 20 \
			"late_$what.worst_us" - 0.001
	done
	goal 'first wrong answer to down, 3 x 1 s' ms 2010 - detect.ms
	goal '... with 500 hung targets' ms 2010 - detect_hung.ms
	goal '... with recheck_interval 100 ms' ms - 215 detect_recheck.ms
	goal '... the worst, 3 x 1 s' ms - - detect.worst_ms
	goal '... 3 x 1 s, against HAProxy' x 1 - detect.ms detect_haproxy.ms
	goal 'half of 10,000 idle connections closed: false failures' '' 0 0 \
		close_half.failed
	goal '... loop lag' ms 150 50 close_half.lag_ms
	goal 'all of 10,000 closed, 1 s: false failures' '' 0 0 \
		close_all.failed
	goal '... loop lag' ms 1500 600 close_all.lag_ms
}

goals() {
	marginal
	echo "Measured on $(date -u +%F): $rounds rounds${QUICK:+, quick and rough}$(
		[ "$many" = 10000 ] || echo ", $many in place of 10,000")," \
		"$((took / 60)) min."
	machine
	echo
	echo '| measure | unit | median [least..most] | bar | stretch | says |'
	echo '|---|---|---|---|---|---|'
	goals_of_cost
	goals_of_time
	goals_of_scripts
	echo
	plain
	echo
	starved
	echo
	lateness_twice
	echo
	all_of_scripts
}

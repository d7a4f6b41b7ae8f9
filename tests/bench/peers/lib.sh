# shellcheck shell=bash
# What every measure of the benchmark with peers uses: processes, the targets,
# CPU time and memory, and where figures go.
#
# The caller has set: build, dir, port, control, results, round.

bin=$build/tests/bench
started=()
mkfifo "$dir/never"
ulimit -Sn "$(ulimit -Hn)"
hz=$(getconf CLK_TCK)
# The targets go first, where that is allowed: what is late is not theirs.
hurry=0
! nice -n -15 true 2>/dev/null || hurry=-15
client_core=0
target_core=1
[ "$(nproc)" -gt 1 ] || target_core=0
# Nor are we in the way of who is measured.
taskset -cp "$target_core" $$ >/dev/null

pause() {
	read -rt "$1" <>"$dir/never" || :
}

# on CORE PROGRAM...: in the background; $! is the program itself.
on() {
	local core=$1
	shift
	exec taskset -c "$core" "$@"
}

# stop PID: asks it to end and waits; what does not is killed.
stop() {
	local i p still=()
	kill "$1" 2>/dev/null
	for ((i = 0; i < 100; i++)); do
		kill -0 "$1" 2>/dev/null || break
		pause 0.1
	done
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	for p in "${started[@]}"; do
		[ "$p" = "$1" ] || still+=("$p")
	done
	started=("${still[@]}")
}
stop_all() {
	local p
	for p in "${started[@]}"; do
		stop "$p"
	done
}

say() {
	printf '%s  %s\n' "$(date +%T)" "$*" >&2
}

# figure NAME VALUE: one result of this round; what is no number is none.
figure() {
	if [[ ! "$2" =~ ^-?[0-9.]+(e[-+]?[0-9]+)?$ ]]; then
		say "$1: not measured"
		return
	fi
	printf '%s\t%s\t%s\n' "$round" "$1" "$2" >>"$results"
	say "$1 $2"
}

# --- The targets. ---

# tell ORDER...: the answer of the responder is in $reply.
tell() {
	reply=
	exec 9<>"/dev/tcp/127.0.0.1/$control" || return
	echo "$*" >&9
	read -r reply <&9
	exec 9>&-
}

# start_targets [WORKERS]
start_targets() {
	local i
	on "$target_core" nice -n "$hurry" "$bin/responder" "$port" "$control" 100000 "${1:-1}" \
		2>"$dir/responder.log" &
	targets=$!
	started+=("$targets")
	for ((i = 0; i < 100; i++)); do
		tell count 2>/dev/null && return
		pause 0.05
	done
	say "the responder does not start: $(cat "$dir/responder.log")"
	return 1
}

# all_asked N SECONDS: waits until $peer has asked each of N since "reset".
all_asked() {
	local i asked
	for ((i = 0; i < $2 * 5; i++)); do
		tell each
		read -r asked _ <<<"$reply"
		[ "${asked:-0}" -lt "$1" ] || return 0
		kill -0 "$peer" 2>/dev/null || {
			say "it ends: $(grep -a -m 1 -i error "$said" |
				head -c 300)"
			return 1
		}
		pause 0.2
	done
	say "only ${asked:-none} of $1 are asked after $2 s"
	return 1
}

# lateness_of NAME: p99 and worst, in ms, of what the histogram rollbackd_NAME
# has counted from $dir/before to $dir/after, two pages of metrics: bounds of
# the buckets, or the worst of all time where that is less.
lateness_of() {
	awk -v name="rollbackd_$1" '
		$1 == name "_max_seconds" { worst = $2 }
		split($1, part, "\"") == 3 &&
		    part[1] == name "_seconds_bucket{le=" {
			if (NR == FNR) {
				before[part[2]] = $2
			} else {
				bound[++n] = part[2]
				grown[n] = $2 - before[part[2]]
			}
		}
		function ms(limit) {
			if (limit == "+Inf" || worst < limit + 0)
				limit = worst
			return limit * 1000
		}
		END {
			if (grown[n] == 0)
				exit
			for (p99 = 1; grown[p99] < 0.99 * grown[n];)
				p99++
			for (most = 1; grown[most] < grown[n];)
				most++
			print ms(bound[p99]), ms(bound[most])
		}' "$dir/before" "$dir/after"
}

# --- CPU time and memory, of a process and all below it. ---

# tree PID FIELDS...: the sum of these fields of /proc/PID/stat, counted from
# the state as the first, of it and of its descendants.
tree() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v root="$1" '
		{
			pid = $1
			sub(/^.*\) /, "")
			parent[pid] = $2
			# Its own, and of its children that have ended.
			ticks[pid] = $12 + $13 + $14 + $15
		}
		END {
			for (p in parent) {
				for (q = p; q in parent && q != root; q = parent[q])
					continue
				if (q == root)
					sum += ticks[p]
			}
			print sum + 0
		}'
}
resident_kb() {
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"
}

# probes_and_cpu PID SECONDS INTERVAL_MS: sets answers, cpu_us, rate, worst_gap.
probes_and_cpu() {
	local began ended before after
	tell reset "$3"
	began=$(date +%s%N)
	before=$(tree "$1")
	tell count
	local first=${reply%% *}
	pause "$2"
	after=$(tree "$1")
	tell count
	ended=$(date +%s%N)
	answers=$((${reply%% *} - first))
	tell gaps
	read -r _ _ worst_gap _ <<<"$reply"
	[ "$answers" -gt 0 ] || return 1
	cpu_us=$(awk -v t=$((after - before)) -v hz="$hz" -v n="$answers" \
		'BEGIN { printf "%.2f", t * 1000000 / hz / n }')
	rate=$(awk -v n="$answers" -v ns=$((ended - began)) \
		'BEGIN { printf "%.0f", n * 1e9 / ns }')
}

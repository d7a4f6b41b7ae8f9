#!/bin/bash
# Reloads while many services are polled: is a poll missed, a failure counted
# too little or too much, a descriptor or memory lost?
#
#   reloads.sh [SERVICES [RELOADS [SECONDS]]]
#
# Each second every service is asked once.  The settings of one change with
# each reload; another one fails until it is rolled back.  Prints figures, and "not ok"
# with status 1 where something is wrong.
build=${BUILD:?}
. "$(dirname "$0")/../system/lib.sh"
services=${1:-500}
reloads=${2:-200}
seconds=${3:-20}
polls_off_max=1

# One of the daemon's numbers from its status in /proc, in KiB or as it is.
number() {
	awk -v key="$1:" '$1 == key { print $2 }' "/proc/$daemon/status"
}
# Kept connections to the services come and go; the others are to stay.
descriptors() {
	ls -l "/proc/$daemon/fd" | grep "${1:-}" | grep -vc "${2:- socket:}"
}
figures() {
	echo "# $1: $(descriptors) descriptors and $(descriptors socket: none)" \
		"sockets, $(number VmRSS) KiB, of" \
		"which at most $(number VmHWM) KiB; $(find "$state/config" \
		-mindepth 1 -maxdepth 1 -type d | wc -l) snapshots"
}

write_services() {
	local i
	mkdir -p -m 755 "$dir/services.d"
	{
		echo "services = ("
		for ((i = 0; i < services; i++)); do
			[ $i = 0 ] || echo ","
			service "s$i" "$rule"
		done
		echo ");"
	} >"$dir/services.d/all.conf"
	{
		head_conf
		echo 'include = [ "services.d" ];'
		echo "procedures = ( $(procedure fix "$(fix_step)") );"
	} >"$conf"
	change 0
	chmod 600 "$dir"/services.d/* "$conf"
}
# Another file, renamed into its place.
change() {
	{
		echo "services = ("
		failures=$((100 + $1)) service changing "$rule"
		echo ");"
	} >"$dir/changing.new"
	chmod 600 "$dir/changing.new"
	mv "$dir/changing.new" "$dir/services.d/changing.conf"
}

interval=1s
failures=5
gap=1m
settle=100ms
rule=$(rule P0 enforce 1h fix)
start_nginx
write_services
start_daemon
soon "all are asked" hits_reach "/s$((services - 1))" 2
figures "before"
fds=$(descriptors)
rss=$(number VmRSS)
change 1
ctl reload
ctl deploy s2 v2 --previous v1
pause_ms 1000
figures "after one reload"
rss=$(number VmRSS)

: >"$dir/access.log"
kill -USR1 "$(cat "$dir/nginx.pid")"
bad s2
began=$(now_ms)
refused=0
for ((n = 2; n < reloads + 2; n++)); do
	change $n
	"$build/rollbackctl" -s "$socket" reload >/dev/null 2>&1 ||
		refused=$((refused + 1))
	late=$((began + (n - 1) * seconds * 1000 / reloads - $(now_ms)))
	[ $late -le 0 ] || pause_ms $late
done
took=$(($(now_ms) - began))
echo "# $reloads reloads in $((took / 1000)).$(printf %03d $((took % 1000))) s," \
	"$services services polled at 1 s"
fact "all reloads are taken" test $refused -eq 0
pause_ms 1200
figures "after $reloads reloads"

# From the first full second to the last: one poll each, give or take one.
awk -v began="$began" -v took="$took" -v off="$polls_off_max" -v n="$services" '
	$1 * 1000 >= began && $1 * 1000 < began + took &&
	    $3 ~ /^\/s[0-9]+$/ { count[$3]++ }
	END {
		want = took / 1000
		least = want + 99
		for (i = 0; i < n; i++) {
			if (i == 2)
				continue # is verified besides
			c = count["/s" i] + 0
			total += c
			if (c < least) least = c
			if (c > most) most = c
			if (c < want - off - 0.5 || c > want + off + 0.5) wrong++
		}
		printf "# %.1f s: asked %d to %d times, %.2f in the mean\n",
		    want, least, most, total / (n - 1)
		exit wrong > 0
	}' "$dir/access.log"
result $? "no poll is missed, none comes twice"

fact "what fails is acted upon" ended s2 recovered
first=$(rows "select json_array_length(data, '\$.evidence[0].samples') || ' ' ||
	json_extract(data, '\$.evidence[0].value') from event where
	kind='opened' and service='s2'")
fact "after exactly its failures" test "$first" = "5 5"
fact "no descriptor is lost" test "$(descriptors)" -le $((fds + 2))
grown=$(($(number VmRSS) - rss))
if grep -q __asan_init "$build/rollbackd"; then
	skip "memory: the sanitizer keeps what was freed for a while"
else
	fact "nor memory: $grown KiB more" test $grown -le 12288
fi
fact "old snapshots do not pile up" test "$(find "$state/config" \
	-mindepth 1 -maxdepth 1 -type d | wc -l)" -le 8
fact "it stops" stop_daemon
never "without a complaint" grep -aq "ERROR: \|runtime error" "$log"
grep -a "ERROR: \|SUMMARY" "$log"
exit $status

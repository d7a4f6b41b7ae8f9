#!/bin/bash
# A million samples through rollbackctl backtest: lines a second, on one core.
# Three seconds is the most it may take.
build=${BUILD:-build}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
count=${COUNT:-1000000}

cat >"$dir/conf" <<'END'
services = ( {
  name = "shop"; environment = "production";
  probes = (
    { name = "health"; type = "http"; url = "http://192.0.2.7/"; interval = "5s"; },
    { name = "app"; type = "prometheus"; url = "http://192.0.2.7/m"; interval = "5s"; } );
  evaluators = (
    { name = "down"; type = "consecutive"; probe = "health"; failures = 3; },
    { name = "often"; type = "m_of_n"; probe = "health"; failures = 3; of = 20; },
    { name = "breaker"; type = "breaker"; probe = "health"; window = "60s"; },
    { name = "slow"; type = "latency"; probe = "health"; statistic = "p95";
      window = "5m"; above = "500ms"; },
    { name = "errors"; type = "error_rate"; probe = "app"; window = "5m";
      above = "5%"; errors = "requests_total{code=~\"5..\"}";
      total = "requests_total"; } );
  rules = (
    { name = "dead"; any = [ "down", "often", "breaker" ]; severity = "P0";
      mode = "enforce"; arm_window = "2h"; procedure = "undo"; },
    { name = "bad"; at_least = 2; of = [ "slow", "errors", "down" ];
      severity = "P1"; mode = "enforce"; arm_window = "2h";
      procedure = "undo"; } );
  verify = { probes = [ "health" ]; }; } );
procedures = ( { name = "undo"; steps = ( { name = "back"; timeout = "60s";
  command = [ "/bin/echo", "${target_version}" ]; } ); } );
END
chmod 600 "$dir/conf"
awk -v count="$count" 'BEGIN {
	srand(1)
	for (i = 1; i <= count / 2; i++) {
		t = i * 5000
		bad = i % 20000 < 40
		printf "{\"at_ms\":%d,\"asked_ms\":%d,\"service\":\"shop\",\"probe\":\"health\",\"outcome\":\"%s\",\"latency_ms\":%.3f,\"status\":%d%s}\n",
			t, t - 30, bad ? "failed" : "ok", 10 + 20 * rand(),
			bad ? 503 : 200, bad ? ",\"class\":\"http.status\"" : ""
		printf "{\"at_ms\":%d,\"asked_ms\":%d,\"service\":\"shop\",\"probe\":\"app\",\"outcome\":\"ok\",\"latency_ms\":%.3f,\"values\":{\"counter(requests_total{code=~\\\"5..\\\"})\":%d,\"counter(requests_total)\":%d}}\n",
			t + 1, t - 20, 10 + 20 * rand(), i / 50, i * 100
	}
}' >"$dir/samples"

# Processor time, as the host may have other things to do.
measure() {
	local TIMEFORMAT='%U %S' took
	took=$({ time "$build/rollbackctl" backtest -c "$1" \
		--samples "$dir/samples" >"$dir/out" 2>/dev/null; } 2>&1)
	tail -1 "$dir/out" | grep -q '"summary"' || {
		echo "backtest: it failed"
		exit 1
	}
	awk -v took="$took" -v count="$count" -v name="$2" \
		-v told="$(wc -l <"$dir/out")" 'BEGIN {
		split(took, t, " ")
		s = t[1] + t[2]
		printf "backtest %s: %d lines in %.2f s of a core, %d lines/s, %d changes told\n",
			name, count, s, count / s, told
		exit s > 3.0 * count / 1000000
	}' || {
		echo "backtest: more than 3 s a million"
		exit 1
	}
}
measure "$dir/conf" "five evaluators"
sed -e '/name = "often"/d' -e '/name = "breaker"/d' -e '/name = "slow"/d' \
	-e '/above = "500ms"/d' -e 's/, "often", "breaker"//' -e 's/"slow", //' \
	"$dir/conf" >"$dir/small"
chmod 600 "$dir/small"
measure "$dir/small" "two evaluators"

# prometheus.sh - a real Prometheus server and node_exporter; sourced by tests.
#
# Both are our own processes, on ports of the loopback that the kernel gives
# them; what a package may have started is left alone.
for p in prometheus prometheus-node-exporter promtool; do
	command -v $p >/dev/null && continue
	echo "not ok there is no $p; try: make deps"
	exit 1
done

prometheus= prometheus_pid= exporter= exporter_pid=
at_end stop_measuring
stop_measuring() {
	local pid
	for pid in $prometheus_pid $exporter_pid; do
		kill -KILL "$pid" 2>/dev/null
		wait_for is_gone "$pid"
	done
}

# The port that it says it listens on.
port_in() {
	sed -n 's/.*"Listening on" address=127.0.0.1:\([0-9]*\).*/\1/p' "$1" |
		tail -1
}
has_port() {
	[ -n "$(port_in "$1")" ]
}

# start_prometheus [OPTION...]: with $dir/prometheus.yml, if there is one.
start_prometheus() {
	[ -e "$dir/prometheus.yml" ] ||
		echo "scrape_configs: []" >"$dir/prometheus.yml"
	: >"$dir/prometheus.log"
	prometheus --config.file="$dir/prometheus.yml" \
		--storage.tsdb.path="$dir/tsdb" \
		--web.listen-address="127.0.0.1:${prometheus:-0}" "$@" \
		>"$dir/prometheus.log" 2>&1 </dev/null &
	prometheus_pid=$!
	disown
	wait_for has_port "$dir/prometheus.log"
	prometheus=$(port_in "$dir/prometheus.log")
	wait_for is_ready
	result $? "a Prometheus server runs"
}
is_ready() {
	local code
	code=$(curl -s -o "$dir/ready" -w '%{http_code}' \
		"http://127.0.0.1:$prometheus/-/ready")
	[ "$code" = 200 ] || [ "$code" = 401 ]
}
stop_prometheus() {
	kill -KILL "$prometheus_pid" 2>/dev/null
	wait_for is_gone "$prometheus_pid"
	prometheus_pid=
}

# start_exporter [OPTION...]
start_exporter() {
	: >"$dir/exporter.log"
	prometheus-node-exporter --web.listen-address=127.0.0.1:0 "$@" \
		>"$dir/exporter.log" 2>&1 </dev/null &
	exporter_pid=$!
	disown
	wait_for has_port "$dir/exporter.log"
	exporter=$(port_in "$dir/exporter.log")
	result $? "a node_exporter runs"
}

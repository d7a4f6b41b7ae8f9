#!/bin/bash
# peers_exposition.sh: how fast exposition pages are read, beside the parser of
# the Prometheus server: a page of the real node_exporter, and 10 MB of
# histograms.  Each in turn, several times, on one processor; medians.
#
# Prints lines of a name, a value and a unit, with tabs between.
# The server's parser is built of Debian's source package, which is loaded
# once and kept in $BUILD; without it, or without Go, there is nothing to say.
set -u
build=$(realpath "${BUILD:?}")
here=$(dirname "$(realpath "$0")")
dir=$(mktemp -d "${TMPDIR:-/tmp}/rollbackd-exposition.XXXXXX") || exit 1
exporter=
trap '[ -z "$exporter" ] || kill "$exporter"; rm -rf "$dir"' EXIT
rounds=7
[ -z "${QUICK:-}" ] || rounds=3
ours=$build/tests/bench/bench_promtext
theirs=$build/tests/bench/exposition
tree=$build/prometheus-source

missing() {
	echo "exposition: $1" >&2
	exit 0
}

# Debian's sources are not listed on every machine.
fetch_source() {
	mkdir -p "$dir/lists/partial" "$dir/source"
	# From where the packages come.
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets 'Created-By: Packages' \
		--format 'deb-src $(SITE) $(RELEASE) $(COMPONENT)' |
		sort -u >"$dir/sources.list"
	set -- -qq -o Dir::Etc::SourceList="$dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$dir/lists" -o APT::Sandbox::User=
	(cd "$dir/source" && apt-get "$@" update &&
		apt-get "$@" --download-only source prometheus) >&2 ||
		return 1
	mkdir -p "$tree/src/github.com/prometheus/prometheus"
	tar -C "$tree/src/github.com/prometheus/prometheus" \
		--strip-components=1 -xf "$dir"/source/prometheus_*.orig.tar.*
}

build_theirs() {
	[ ! -x "$theirs" ] || return 0
	[ -d "$tree" ] || fetch_source || return 1
	GO111MODULE=off GOFLAGS='' GOCACHE=$dir/cache \
		GOPATH=$tree:/usr/share/gocode \
		go build -o "$theirs" "$here/peers/exposition.go" >&2
}

node_page() {
	local port=$((25000 + RANDOM % 5000)) i
	prometheus-node-exporter --web.listen-address=127.0.0.1:$port \
		>/dev/null 2>&1 &
	exporter=$!
	for ((i = 0; i < 50; i++)); do
		curl -sf "127.0.0.1:$port/metrics" >"$dir/node" && break
		sleep 0.1
	done
	kill "$exporter"
	wait "$exporter" 2>/dev/null
	exporter=
	[ -s "$dir/node" ]
}

# Twenty series, each the only one of its name, from all over the page.
names_of() {
	sed -n 's/^\([a-z][A-Za-z0-9_]*\)[{ ].*/\1/p' "$1" |
		awk '{ if (!seen[$0]++) order[++n] = $0 }
		END {
			for (i = 1; i <= n; i++)
				if (seen[order[i]] == 1)
					once[++m] = order[i]
			for (i = 0; i < 20; i++)
				print once[int(m * i / 20) + 1]
		}'
}

median() {
	sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# one PAGE WORDS: all labels and twenty series of that page.
one() {
	local page=$1 words=$2 i
	mapfile -t names < <(names_of "$page")
	for ((i = 0; i < rounds; i++)); do
		taskset -c 0 "$ours" rate "$page" >>"$page.all"
		GOMAXPROCS=1 taskset -c 0 "$theirs" "$page" >>"$page.theirs"
		taskset -c 0 "$ours" rate "$page" "${names[@]}" >>"$page.some"
	done
	paste "$page.all" "$page.some" "$page.theirs" |
		awk '{ print $1 / $3 > (f ".a"); print $2 / $3 > (f ".s") }' \
			f="$page"
	printf '%s\t%s\t%s\n' \
		"exposition, $words, all labels" \
		"$(median <"$page.a")" x \
		"exposition, $words, 20 series" "$(median <"$page.s")" x \
		"exposition, $words, all labels, ours" \
		"$(median <"$page.all")" MB/s \
		"exposition, $words, 20 series, ours" \
		"$(median <"$page.some")" MB/s \
		"exposition, $words, all labels, Prometheus" \
		"$(median <"$page.theirs")" MB/s
}

[ -x "$ours" ] || missing 'bench_promtext is not built'
command -v go >/dev/null || missing 'there is no Go'
build_theirs || missing 'the parser of the Prometheus server cannot be built'
if node_page; then
	one "$dir/node" 'node_exporter page'
else
	echo 'exposition: there is no page of node_exporter' >&2
fi
"$ours" page >"$dir/histograms"
one "$dir/histograms" '10 MB of histograms'

# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2174
# lib.sh - what the tests of Kubernetes procedures share; sourced by them.
#
# On top of tests/system/lib.sh, whose facts and waits it uses:
#
# - a namespace of the cluster that tests/kubernetes/run has started, with
#   what the handbook works on: deployments, services, config maps;
# - the handbook, placed in $dir/procedures.d, and the real rollbackd in
#   direct mode, with one service, "shop";
# - $dir/bin/kubectl, which the procedures call: the real one, but that a test
#   can make one call of it fail, hang, or wait, see "fault";
# - scenarios: each prints a row of the table that "run" shows.
#
# KUBERNETES_BIN   what tests/kubernetes/build has said
# KUBERNETES_DIR   the folder of a cluster that runs
PATIENCE_S=${PATIENCE_S:-90}
# shellcheck source=tests/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../system/lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
real=${KUBERNETES_BIN:?run it with tests/kubernetes/run}/kubectl
kubeconfig=${KUBERNETES_DIR:?run it with tests/kubernetes/run}/kubeconfig
registry=registry.example
test_name=${0##*/test_}
namespace=${test_name//[^a-z0-9-]/-}-$$
mkdir -p "$dir/home"
ln -s "$kubeconfig" "$dir/kubeconfig"

# k ARGUMENT...: kubectl in the namespace of the test.
k() {
	HOME=$dir/home "$real" --kubeconfig "$kubeconfig" \
		--cache-dir "$KUBERNETES_DIR/cache" -n "$namespace" "$@"
}

drop_namespace() {
	thaw_pods
	k delete namespace "$namespace" --wait=false >/dev/null 2>&1
}

begin_namespace() {
	k create namespace "$namespace" >/dev/null || {
		echo "not ok there is a namespace"
		exit 1
	}
	at_end drop_namespace
}

# ---- fixtures

# apply: the manifests on standard input.
apply() {
	k apply -f - >"$dir/out" 2>"$dir/err" || {
		result 1 "a fixture is applied"
		exit 1
	}
}

# deployment NAME VERSION [REPLICAS [LABELS]]: LABELS as "colour: blue, x: y".
# Each has a label app, NAME or what LABELS says.
deployment() {
	local labels="app: $1"
	[ -z "${4:-}" ] || labels=$4
	cat <<-END
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata: { name: $1, labels: { $labels } }
		spec:
		  replicas: ${3:-2}
		  selector: { matchLabels: { $labels } }
		  template:
		    metadata: { labels: { $labels } }
		    spec:
		      containers:
		      - { name: $1, image: "$registry/$1:$2" }
	END
}

# service_of NAME SELECTOR
service_of() {
	cat <<-END
		---
		apiVersion: v1
		kind: Service
		metadata: { name: $1 }
		spec: { selector: { $2 }, ports: [ { port: 80 } ] }
	END
}

# config_map NAME KEY VALUE
config_map() {
	cat <<-END
		---
		apiVersion: v1
		kind: ConfigMap
		metadata: { name: $1 }
		data: { $2: "$3" }
	END
}

# deploy NAME VERSION: as a pipeline does; one without "bad" is waited for.
deploy() {
	k set image "deployment/$1" "$1=$registry/$1:$2" >/dev/null || return 1
	[[ $2 != *bad* ]] || return 0
	k rollout status "deployment/$1" --timeout=60s >/dev/null
}

rolled_out() {
	k rollout status "deployment/$1" --timeout="${2:-60s}" >/dev/null 2>&1
}

# image_is DEPLOYMENT VERSION, replicas_are DEPLOYMENT COUNT: as ordered.
image_is() {
	[ "$(k get deployment "$1" -o \
		'jsonpath={.spec.template.spec.containers[0].image}')" = \
		"$registry/$1:$2" ]
}
replicas_are() {
	[ "$(k get deployment "$1" -o 'jsonpath={.spec.replicas}')" = "$2" ]
}
# revision DEPLOYMENT: how often its template was changed.
revision() {
	k get deployment "$1" -o \
		'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'
}
# value KIND/NAME JSONPATH VALUE
value_is() {
	[ "$(k get "$1" -o "jsonpath=$2")" = "$3" ]
}

# No pod of the namespace gets ready from here on, until thaw_pods.
freeze_pods() {
	: >"$KUBERNETES_DIR/frozen/$namespace"
}
thaw_pods() {
	[ -e "$KUBERNETES_DIR/frozen/$namespace" ] || return 0
	rm -f "$KUBERNETES_DIR/frozen/$namespace"
	k annotate pods --all --overwrite "thawed=$(now_ms)" >/dev/null 2>&1
}

# ---- faults: $dir/bin/kubectl is the real one, but for what "fault" says.

script kubectl <<-END
	export HOME=$dir/home
	fault= pattern=
	[ ! -e $dir/fault ] || { read -r fault; read -r pattern; } <$dir/fault
	[ -n "\$fault" ] && [[ " \$* " = *"\$pattern"* ]] || fault=
	stop_here() {
		mv $dir/fault $dir/reached
		while [ -d $dir ] && [ ! -e $dir/gate ]; do
			read -rt 0.05 <>$dir/fifo
		done
	}
	case \$fault in
	fail) echo "error: it was made to fail: \$*" >&2; exit 1 ;;
	hang) while [ -d $dir ]; do read -rt 0.2 <>$dir/fifo; done; exit 1 ;;
	before) stop_here ;;
	esac
	echo "\$*" >>$dir/calls
	# A plug-in wants to be named first.
	cache="--cache-dir $KUBERNETES_DIR/cache"
	[ "\$1" != argo ] || cache=
	if [ "\$fault" != after ]; then
		exec $real \$cache "\$@"
	fi
	$real \$cache "\$@"
	how=\$?
	stop_here
	exit \$how
END

# fault KIND PATTERN: each call of kubectl whose arguments have PATTERN (of
# the shell; put spaces around whole words) is to
#   fail     without having done anything
#   hang     until it is killed
#   before   wait before it is done: once, then $dir/reached is there
#   after    wait after it was done: the same
fault() {
	rm -f "$dir/reached" "$dir/gate"
	printf '%s\n' "$1" "$2" >"$dir/fault.new"
	mv "$dir/fault.new" "$dir/fault"
}
no_fault() {
	rm -f "$dir/fault"
}

# calls_are PATTERN COUNT: so often the real kubectl was called like this.
calls_are() {
	[ "$(grep -c -- "$1" "$dir/calls")" = "$2" ]
}

# ---- the service and the daemon

# use PROCEDURE...: these of the handbook, placed for the daemon.  A file may
# be changed before the start, see "shorten".
use() {
	local name
	used=("$@")
	rm -rf "$dir/placed"
	"$here/../handbook/place" "$dir/placed" || exit 1
	mkdir -p -m 700 "$dir/procedures.d"
	for name in "$@"; do
		cp "$dir/placed/$name.conf" "$dir/procedures.d/" || exit 1
	done
	chmod 600 "$dir/procedures.d/"*
	chmod -R go-w "$dir/placed"
}

# shorten PROCEDURE STEP DURATION: the time limit of that step.
shorten() {
	awk -v step="\"$2\"" -v to="$3" '
		/name = "/ { here = index($0, "name = " step) }
		here { sub(/timeout = "[^"]*"/, "timeout = \"" to "\"") }
		{ print }' "$dir/procedures.d/$1.conf" >"$dir/shortened"
	cmp -s "$dir/shortened" "$dir/procedures.d/$1.conf" &&
		result 1 "step $2 of $1 has a time limit to shorten"
	cat "$dir/shortened" >"$dir/procedures.d/$1.conf"
}

# Does each of the deployments serve an image that is not bad?
script serves <<-END
	export HOME=$dir/home
	namespace=\$1
	shift
	images=\$($real --cache-dir $KUBERNETES_DIR/cache --kubeconfig \
		$kubeconfig -n "\$namespace" get deployments "\$@" -o \
		'jsonpath={.items[*].spec.template.spec.containers[*].image}
		{.spec.template.spec.containers[*].image}') || exit 3
	case \$images in
	*bad*) echo "a bad image: \$images"; exit 1 ;;
	esac
	echo "\$images"
END

# quoted ITEM...: as in a list of libconfig.
quoted() {
	local item all=
	for item in "$@"; do
		all="$all, \"$item\""
	done
	echo "${all#, }"
}

# shop PARAMS [OTHER]: the configuration with the service "shop".  PARAMS and
# OTHER are of libconfig; namespace, kubectl and kubeconfig are given anyway.
# $deployments are watched, or what the command $probe (a list of libconfig)
# says.  $automatic is what the rule runs (enforce), by
# default nothing is run without an order.
shop() {
	local mode=enforce
	[ -n "${automatic:-}" ] || mode=shadow
	{
		head_conf
		cat <<-END
			include = [ "procedures.d" ];
			services = ( { name = "shop"; environment = "$namespace";
			  settle = "${settle:-1s}"; cooldown = "${cooldown:-3h}";
			  params = { namespace = "$namespace";
			    kubectl = "$dir/bin/kubectl";
			    kubeconfig = "$dir/kubeconfig"; $1 };
			  probes = ( { name = "image"; type = "command";
			    interval = "${interval:-1s}"; timeout = "30s";
			    command = [ ${probe:-"$(quoted "$dir/bin/serves" \
				"$namespace" "${deployments[@]}")"} ]; } );
			  evaluators = ( { name = "down"; type = "consecutive";
			    probe = "image"; failures = 3; recover = 2; gap = "2m"; } );
			  rules = ( { name = "dead"; any = [ "down" ];
			    severity = "P0"; mode = "$mode"; arm_window = "2h";
			    procedure = "${automatic:-${used[0]}}"; } );
			  procedures = [ $(quoted "${used[@]}") ];
			  verify = { probes = [ "image" ]; successes = 2;
			    within = "${within:-30s}"; interval = "200ms"; };
			  ${2:-} } );
		END
	} >"$conf.new"
	chmod 600 "$conf.new"
	mv "$conf.new" "$conf"
}

# From here on the daemon goes by the files as they are now.
reload() {
	gives 0 reload
	result $? "the changed configuration is taken"
}

# Starts the daemon, once the configuration was found to be good.
begin_daemon() {
	"$build/rollbackd" -t -c "$conf" >"$dir/out" 2>"$dir/err" || {
		result 1 "the configuration is good"
		exit 1
	}
	start_daemon
}

# ---- scenarios

# scenario NAME: what comes now is about that.
scenario() {
	scenario=$1
	no_fault
	: >"$dir/calls"
}

# A row for the table of "run".
row() {
	printf '# row: %s|%s|%s|%d.%d\n' "$1" "${scenario:-}" "$2" \
		$(($3 / 1000)) $(($3 % 1000 / 100))
}

# order SERVICE PROCEDURE [--to VERSION]: and does not wait for its end.
order() {
	local service=$1 procedure=$2
	shift 2
	ordered_ms=$(now_ms)
	ordered_before=$(newest "$service" id)
	ctl rollback "$service" --procedure "$procedure" "$@" \
		--reason "${scenario:-test}"
}

is_new() {
	local id
	id=$(newest "$1" id)
	[ -n "$id" ] && [ "$id" != null ] && [ "$id" != "$ordered_before" ]
}
is_closed() {
	is_new "$1" && newest_is "$1" state closed
}

# await SERVICE PROCEDURE: until the incident of the order is closed.  Then
# $outcome is how it ended ("recovered", "failed", ...), $incident its id, and
# $took_ms the time since the order.
await() {
	outcome=none
	PATIENCE_S=$patience_s
	patience_s=${run_patience_s:-300}
	if wait_for is_closed "$1"; then
		outcome=$(newest "$1" outcome)
	fi
	patience_s=$PATIENCE_S
	incident=$(newest "$1" id)
	took_ms=$(($(now_ms) - ordered_ms))
	row "$2" "$outcome" "$took_ms"
}

# run_procedure SERVICE PROCEDURE [--to VERSION]
run_procedure() {
	order "$@" || {
		outcome=refused
		took_ms=$(($(now_ms) - ordered_ms))
		row "$2" refused "$took_ms"
		return
	}
	await "$1" "$2"
}

outcome_is() {
	[ "$outcome" = "$1" ] && return
	echo "# the outcome is $outcome, not $1"
	told_all | tail -n 5 | sed 's/^/# /'
	return 1
}

# What the steps of the last incident came to, a line an outcome: step,
# outcome, and what it printed at last.
told_all() {
	rows "select json_extract(data,'\$.step') || ' ' ||
		json_extract(data,'\$.outcome') || ': ' ||
		coalesce(json_extract(data,'\$.tail'),'')
		from event where kind='outcome' and
		incident='${incident:-}' order by seq"
}
# A step of the last incident has printed this.
told() {
	told_all | grep -q -- "$1"
}

# fail_in_the_middle PATTERN SERVICE PROCEDURE [--to V]: each call of kubectl
# with PATTERN fails.
fail_in_the_middle() {
	fault fail "$1"
	shift
	run_procedure "$@"
	no_fault
}

# time_out PATTERN SERVICE PROCEDURE [--to V]: each such call hangs; shorten
# the step that makes it.
time_out() {
	fault hang "$1"
	shift
	run_procedure "$@"
	no_fault
}

reached() {
	[ -e "$dir/reached" ]
}

# kill_in_the_middle before|after PATTERN SERVICE PROCEDURE [--to V]: SIGKILL
# for the daemon and its runner before, or right after, such a call of kubectl
# was carried out; then the daemon is started again and goes on.
kill_in_the_middle() {
	local pid when=$1 pattern=$2
	shift 2
	fault "$when" "$pattern"
	order "$@" || {
		result 1 "the order is taken"
		return
	}
	wait_for eval "reached || is_closed '$1'"
	reached
	result $? "kubectl is stopped $when $pattern"
	for pid in $(runners); do
		kill -KILL "$pid" 2>/dev/null
	done
	kill_daemon
	no_fault
	start_daemon
	await "$1" "$2"
}

begin_namespace

# shellcheck shell=sh disable=SC2016,SC2034,SC2154
# kubernetes.sh - what the scripts of Kubernetes procedures share; sourced by
# them, and nothing by itself.
#
# Environment: KUBECTL the program; KUBECONFIG its configuration; CONTAINER
# whose image says the version of a deployment, * for its first one.
KUBECTL=${KUBECTL:-/usr/bin/kubectl}
CONTAINER=${CONTAINER:-*}
# So long a question to the API server may take, and so often it is put.
ANSWER_S=10
TRIES=2
# What the runner may be told to try again: nothing was changed.
NOTHING_DONE=75

say() {
	printf '%s\n' "$*"
}

# die STATUS TEXT
die() {
	_status=$1
	shift
	printf '%s\n' "$*" >&2
	exit "$_status"
}

# kube ARGUMENT...: kubectl in the namespace.
kube() {
	"$KUBECTL" -n "$namespace" --request-timeout=${ANSWER_S}s "$@"
}

# read_kube ARGUMENT...: the same for what changes nothing, so that it can be
# tried again.
read_kube() {
	_try=1
	until kube "$@"; do
		[ $_try -lt $TRIES ] || return 1
		_try=$((_try + 1))
		sleep 1
	done
}

# The version of an image is its tag, or its digest where it has none.
JQ_VERSION='
def version_of: split("@") as [$name, $digest]
	| ($name | split("/") | last | split(":")) as $parts
	| if ($parts | length) > 1 then $parts[1] else ($digest // "latest") end;
def container: .spec.template.spec.containers
	| if env.CONTAINER == "*" then .[0]
	  else (map(select(.name == env.CONTAINER)) | .[0]) end;
def version: container
	| if . == null then error("there is no such container") else . end
	| .image | version_of;'
export CONTAINER

# read_deployment: what is known of $deployment, into $json and $version.
read_deployment() {
	json=$(read_kube get deployment "$deployment" -o json) ||
		die "$NOTHING_DONE" "deployment $deployment of $namespace cannot be read"
	version=$(printf '%s' "$json" | jq -r "$JQ_VERSION version") ||
		die 1 "deployment $deployment has no container $CONTAINER"
}

# field JQ: of $json.
field() {
	printf '%s' "$json" | jq -r "$1"
}

# revisions: what $deployment can be undone to, the newest first: a line each
# of revision, version and image.
revisions() {
	_sets=$(read_kube get replicasets -o json) ||
		die "$NOTHING_DONE" "the replica sets of $namespace cannot be read"
	printf '%s' "$_sets" | jq -r --arg uid "$(field .metadata.uid)" \
		"$JQ_VERSION"'
		[ .items[]
		  | select(any(.metadata.ownerReferences[]?; .uid == $uid))
		  | { version: version, image: container.image, revision:
		      (.metadata.annotations["deployment.kubernetes.io/revision"]
		       // "0" | tonumber) } ]
		| sort_by(-.revision)[]
		| "\(.revision)\t\(.version)\t\(.image)"'
}

# revision_of LIST VERSION: the newest revision that has it; none: false.  The
# list is read before: in a pipe nobody would see that it cannot be.
revision_of() {
	printf '%s\n' "$1" | awk -F '\t' -v wanted="$2" \
		'$2 == wanted { print $1; found = 1; exit } END { exit !found }'
}

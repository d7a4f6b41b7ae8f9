# shellcheck shell=bash disable=SC2154
# mesh.sh - what the tests of routing share; sourced after lib.sh.

# The kinds of Istio and Argo; they stay, for other tests use them, too.
mesh_kinds() {
	k apply -f "$here/kinds.yaml" >"$dir/out" 2>&1 &&
		k wait --for condition=established --timeout=60s \
			-f "$here/kinds.yaml" >"$dir/out" 2>&1 && return
	result 1 "the kinds of the mesh are there"
	exit 1
}

# destination_rule NAME SUBSET...: of the service of that name, by versions.
destination_rule() {
	local name=$1 subset
	shift
	cat <<-END
		---
		apiVersion: networking.istio.io/v1beta1
		kind: DestinationRule
		metadata: { name: $name }
		spec:
		  host: $name
		  subsets:
	END
	for subset in "$@"; do
		echo "  - { name: $subset, labels: { version: $subset } }"
	done
}

# virtual_service NAME ROUTE...: ROUTE is SUBSET=WEIGHT of service NAME.
virtual_service() {
	local name=$1 route
	shift
	cat <<-END
		---
		apiVersion: networking.istio.io/v1beta1
		kind: VirtualService
		metadata: { name: $name }
		spec:
		  hosts: [ $name ]
		  http:
		  - route:
	END
	for route in "$@"; do
		echo "    - { destination: { host: $name, subset: ${route%=*} }," \
			"weight: ${route#*=} }"
	done
}

# routes_are NAME "SUBSET=WEIGHT ...": those of the first http route.
routes_are() {
	[ "$(k get virtualservice "$1" -o json | jq -r '[.spec.http[0].route[] |
		"\(.destination.subset)=\(.weight)"] | join(" ")')" = "$2" ]
}
# subsets_are NAME "SUBSET ..."
subsets_are() {
	[ "$(k get destinationrule "$1" -o json |
		jq -r '[.spec.subsets[].name] | join(" ")')" = "$2" ]
}

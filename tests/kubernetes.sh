#!/bin/sh
# Holds deploy/kubernetes against the schemas that Kubernetes publishes, strictly: no unknown field. Usage: kubernetes.sh
set -eu
cd "$(dirname "$0")/.."
[ -x target/kubernetes/bin/python ] || python3 -m venv target/kubernetes
target/kubernetes/bin/pip install --quiet kubernetes-validate==1.37.0
for version in 1.33 1.37; do
	target/kubernetes/bin/kubernetes-validate -k $version --strict deploy/kubernetes/*.yaml
done
sed 's/completionMode/completionMood/' deploy/kubernetes/job.yaml > target/kubernetes/wrong.yaml
if target/kubernetes/bin/kubernetes-validate -k 1.37 --strict target/kubernetes/wrong.yaml > /dev/null 2>&1; then
	echo "kubernetes: a field that there is not was taken" >&2
	exit 1
fi

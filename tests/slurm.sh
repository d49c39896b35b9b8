#!/bin/bash
# deploy/slurm on a real Slurm of two nodes, all on this machine: four parts, of which one is cut off with its node and goes on elsewhere,
# are merged to the bytes of one run. Debian, as root. Exits with 77 where a Slurm cannot be started. Usage: slurm.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."
MASQUE=$(realpath "$1")
export MASQUE
cluster=$(mktemp -d)
nodes=2

stop() {
	scancel --cluster=masque --state=RUNNING --state=PENDING --name=masque,masque-merge 2> /dev/null || true
	pkill -KILL -f "$cluster/dataset" || true
	local pids
	pids=$(cat "$cluster"/*.pid 2> /dev/null || true)
	for signal in TERM KILL; do
		for pid in $pids; do
			kill -$signal "$pid" 2> /dev/null || true
		done
		for _ in $(seq 20); do
			# shellcheck disable=SC2086
			kill -0 $pids 2> /dev/null || break
			sleep 0.1
		done
	done
	rm -rf "$cluster"
}
trap stop EXIT

mkdir -p "$cluster/state"
host=$(hostname)
cat > "$cluster/slurm.conf" << CONF
ClusterName=masque
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmUser=root
SlurmctldPidFile=$cluster/controller.pid
SlurmdPidFile=$cluster/%n.pid
SlurmdSpoolDir=$cluster/spool-%n
StateSaveLocation=$cluster/state
SlurmctldLogFile=$cluster/controller.log
SlurmdLogFile=$cluster/%n.log
NodeName=n[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[26818-$((26817 + nodes))] CPUs=1 RealMemory=500 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$cluster/slurm.conf

# A key and a daemon of the test's own, so that nothing of the machine's is touched.
dd if=/dev/urandom of="$cluster/munge.key" bs=1024 count=1 2> /dev/null
chown munge: "$cluster" "$cluster/munge.key"
chmod 755 "$cluster"
chmod 400 "$cluster/munge.key"
runuser -u munge -- munged --key-file="$cluster/munge.key" --socket="$cluster/munge.socket" --pid-file="$cluster/munge.pid" \
	--log-file="$cluster/munge.log" --seed-file="$cluster/munge.seed" || exit 77
slurmctld -f "$SLURM_CONF" || exit 77
for node in $(seq $nodes); do
	mkdir -p "$cluster/spool-n$node"
	slurmd -f "$SLURM_CONF" -N "n$node" || exit 77
done
wait_for() { # what, seconds, command…
	local what=$1 left=$(($2 * 5))
	shift 2
	until "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		if [ $left -le 0 ]; then
			echo "slurm: $what did not come" >&2
			squeue >&2
			tail -n 5 "$cluster"/*.log >&2
			exit "${failed:-1}"
		fi
		sleep 0.2
	done
}
all_idle() { [ "$(sinfo -h -N -t idle -o %N | wc -l)" = $nodes ]; }
failed=77 wait_for "nodes" 60 all_idle

request="-n 6000 --random-seed 5 --isl 60 --image-width-mean 60 --image-height-mean 40 --media files --checkpoint-interval 0.1 --quiet"
# shellcheck disable=SC2086
deploy/slurm/submit 4 "$cluster/dataset" $request

has_checkpoint() { grep -q checkpoint "$cluster/dataset.parts/1/masque.partial"; }
wait_for "a checkpoint of the first part" 120 has_checkpoint
lost=$(squeue -h -t R -o "%K %N" | awk '$1 == 1 { print $2 }')
echo "node $lost is lost"
# As when a machine goes: its daemons end first, so that none reports how the task ended, and the controller is told.
job=$(squeue -h -t R -o "%K %A" | awk '$1 == 1 { print $2 }')
kill -KILL "$(cat "$cluster/$lost.pid")"
pkill -KILL -f "slurmstepd: \\[$job\\." || true
pkill -KILL -f "$cluster/dataset.parts/1 " || true
scontrol update nodename="$lost" state=down reason=test
requeued() { squeue -h -o "%K %T" | grep -q "^1 PENDING"; }
wait_for "the requeued task" 60 requeued
grep -q checkpoint "$cluster/dataset.parts/1/masque.partial"
slurmd -f "$SLURM_CONF" -N "$lost"
scontrol update nodename="$lost" state=resume 2> /dev/null || true # it may have come back by itself
# A task that was requeued waits for two minutes, unless it is told not to.
for job in $(squeue -h -o "%i %K" | awk '$2 == 1 { print $1 }'); do
	scontrol update jobid="$job" StartTime=now || true
done
is_whole() { [ -e "$cluster/dataset/manifest.json" ] && [ ! -e "$cluster/dataset.parts" ]; }
wait_for "the dataset" 400 is_whole

# shellcheck disable=SC2086
"$MASQUE" generate --output "$cluster/whole" $request
diff -r "$cluster/dataset" "$cluster/whole"
echo "slurm: four parts, one of them cut off and requeued, are the bytes of one run"

#!/bin/bash
# Whether a run's memory is flat and its time linear in the number of records: one, two and three thirds of them, by turns, so that other
# work on the machine falls on all. The second and the third third should cost the same. Usage: flat.sh [PROGRAM]
set -eu
masque=${1:-target/release/masque}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rows=(
	"text|200000|--isl 550 --osl 128"
	"pictures|20000|--isl 0 --image-width-mean 256 --image-height-mean 256 --image-format jpeg"
	"picture files|20000|--isl 0 --image-width-mean 256 --image-height-mean 256 --image-format jpeg --media files"
)
echo "| records | MiB, a third | MiB, all | CPU s, second third | CPU s, third third | ratio |"
echo "|---|---|---|---|---|---|"
measure() { # records, flags: peak KiB and CPU seconds
	rm -rf "$scratch/d"
	# shellcheck disable=SC2086
	/usr/bin/time -f "%M %U %S" -o "$scratch/time" "$masque" generate --quiet --output "$scratch/d" --random-seed 1 -n "$1" $2 -j 2
	awk '{ print $1, $2 + $3 }' "$scratch/time"
}
for row in "${rows[@]}"; do
	IFS='|' read -r name all flags <<< "$row"
	sums=(0 0 0) peaks=(0 0 0)
	for _ in 1 2 3; do
		for third in 1 2 3; do
			read -r peak seconds < <(measure $((all * third / 3)) "$flags")
			sums[third - 1]=$(awk "BEGIN { print ${sums[third - 1]} + $seconds }")
			peaks[third - 1]=$peak
		done
	done
	awk -v name="$all $name" -v a="${peaks[0]}" -v b="${peaks[2]}" -v x="${sums[0]}" -v y="${sums[1]}" -v z="${sums[2]}" 'BEGIN {
		printf "| %s | %.0f | %.0f | %.2f | %.2f | %.3f |\n", name, a / 1024, b / 1024, (y - x) / 3, (z - y) / 3, (z - y) / (y - x) }'
done

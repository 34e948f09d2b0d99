#!/bin/sh
# Threads as users and clusters give and take them. Every program must paint the same picture, with threads of its own
# or of OpenMP's, with one or many, and when the system refuses them; and count the cores it may use.
# Usage: threads_test.sh <root of the repository> <program>...
set -eu
root=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "threads_test.sh: $*" >&2
  exit 1
}

# With one pair of L-BFGS: where memory is short fewer are kept, which is said and makes another picture.
paint() {
  program=$1
  to=$2
  shift 2
  "$program" stylise "$root/data/content.jpg" "$root/data/style.jpg" -o "$work/$to.png" --size 64 --scales 1 \
    --iterations 3 --weights builtin --lbfgs-history 1 "$@" 2>"$work/$to.err" >"$work/$to.out" || fail "$program $* failed: $(cat "$work/$to.err")"
}
same() { cmp -s "$work/wanted.png" "$work/$1.png" || fail "$2: another picture than one thread's"; }
cores() { "$@" info | sed -n 's/^threads .*available: \([0-9]*\);.*/\1/p'; }
wants_cores() { # <count> <words that say when> <command...>
  wanted=$1
  when=$2
  shift 2
  got=$(cores "$@")
  [ "$got" = "$wanted" ] || fail "$when: '$*' counts '$got' cores, wanted $wanted"
}

paint "$1" wanted --threads 1
for program; do
  for threads in 2 3 7; do
    paint "$program" many --threads $threads
    same many "$program --threads $threads"
  done

  # Sixteen threads' stacks take 128 MiB of address space. (A sanitizer needs more than these limits for itself.)
  if "$program" info | grep -q sanitizer; then
    echo "skipped under a sanitizer: limits of memory"
  else
    fewer=0
    for limit in 60000 100000 140000 180000 220000 260000; do
      code=0
      (ulimit -v $limit && paint "$program" limited --threads 16) 2>"$work/failure" || code=$?
      said=$(cat "$work/limited.err")
      case $code,$said in
        0,*"where 16 were asked for: the system refuses more"*) fewer=$((fewer + 1)) && same limited "$program under $limit KiB" ;;
        0,*) same limited "$program under $limit KiB" ;;
        1,*"impasto: a painting of "*" needs about "*" are free"*) ;;
        *,*"impasto: out of memory"*) ;;
        1,*"impasto: no memory is left for "*) ;;
        *) fail "$program with 16 threads under $limit KiB ends with $code: $said" ;;
      esac
    done
    [ $fewer -ge 1 ] || fail "$program never worked on fewer threads than it was asked for: the limits need others"
  fi

  all=$(cores "$program")
  [ "$all" -ge 1 ] || fail "$program counts no cores"
  wants_cores "$all" "threads bound by OpenMP's variables" env OMP_PROC_BIND=true "$program"
  wants_cores "$all" "threads bound by OpenMP's variables" env OMP_PROC_BIND=close OMP_PLACES=cores "$program"
  wants_cores "$all" "threads bound by libgomp's variable" env GOMP_CPU_AFFINITY=0-$((all - 1)) "$program"
  OMP_PROC_BIND=true paint "$program" bound --threads 2
  same bound "$program with OMP_PROC_BIND"
  if command -v taskset >/dev/null; then
    wants_cores 1 "one core of taskset's" taskset -c 0 "$program"
    if [ "$all" -ge 2 ]; then wants_cores 2 "two cores of taskset's" taskset -c 0,1 "$program"; fi
  fi
  if command -v mpirun >/dev/null && [ "$all" -ge 2 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    wants_cores 1 "a rank of mpirun's, bound to a core" mpirun -n 1 --bind-to core "$program"
    wants_cores "$all" "a rank of mpirun's, not bound" mpirun -n 1 --bind-to none "$program"
  else
    echo "skipped: there is no mpirun, or one core"
  fi
done

# A control group of one core, where this user may make one.
group=/sys/fs/cgroup/cpu/impasto-test-$$
if mkdir "$group" 2>/dev/null; then
  trap 'rmdir "$group" 2>/dev/null || :; rm -rf "$work"' EXIT
  echo 100000 >"$group/cpu.cfs_quota_us"
  for program; do
    wants_cores 1 "a control group of one core" sh -c 'echo $$ >"$1/cgroup.procs" && exec "$2" "$3"' sh "$group" "$program"
  done
  echo "control groups: version 1"
else
  echo "skipped: no control group may be made here"
fi
echo "threads_test.sh: $# programs paint the same picture and count $(cores "$1") cores."

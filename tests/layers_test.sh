#!/bin/sh
# The shape of the sources: which file may include which and must include what, where threads may be, how long a file may
# be.
# Prints every violation as file:line: sentence. Usage: layers_test.sh <root of the repository>
set -eu
cd "$1"

violations=$(mktemp)
trap 'rm -f "$violations"' EXIT

files=$(find include src tests bench data examples \( -name '*.h' -o -name '*.cpp' -o -name '*.inl' \) | sort)
count=$(echo "$files" | wc -l)
if [ "$count" -lt 20 ]; then
  echo "layers_test.sh: only $count source files under $1; this is not the repository, and nothing was checked."
  exit 1
fi

awk '
  function violation(sentence) { printf "%s:%d: %s\n", FILENAME, FNR, sentence }

  BEGIN {
    count = split("base image tensor archive kernel autodiff model optimise graph style lab capi cli", order, " ")
    for (i = 1; i <= count; i++) rank[order[i]] = i
  }

  FNR == 1 {
    split(FILENAME, part, "/")
    top = part[1]
    layer = part[2]
    if (top == "src" && !(layer in rank)) violation("no layer is called " layer)
  }
  FNR == 351 { violation("more than 350 lines: a second noun is hiding in this file") }

  # A function at the margin: from its first line to the brace that ends it.
  FNR == 1 || /^(namespace|struct|class|enum|union|extern|typedef)[ \t]/ { begun = 0; body = 0 }
  /^[A-Za-z_\[]/ && !/^(namespace|struct|class|enum|union|extern|typedef)[ \t]/ && !body { begun = FNR }
  begun && !body && /;$/ && !/\{/ { begun = 0 }
  begun && !body && /\{$/ { body = 1 }
  /^\}/ {
    if (/^\}$/ && body && FNR - begun >= 60) violation("a function of " FNR - begun + 1 " lines; wanted at most 60")
    begun = 0
    body = 0
  }

  # The version of the ABI is in every name; one plain namespace would make a second, ambiguous set of names.
  (top == "src" || top == "include") && /^namespace impasto \{/ {
    violation("names of the library live in impasto::IMPASTO_ABI (include/impasto/export.h)")
  }
  /^[ \t]*#[ \t]*include[ \t]*"/ { knows_abi[FILENAME] = 1 }
  /^namespace impasto::IMPASTO_ABI/ && !(FILENAME in knows_abi) {
    violation("IMPASTO_ABI is a name like any other here: include impasto/export.h, or a header that does")
  }

  # The border between ours and the world, and between layers.
  /^[ \t]*#[ \t]*include/ {
    name = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
    quoted = name ~ /^"/
    if (name !~ /^["<]/) next  # a macro, as Highway has them
    sub(/^["<]/, "", name)
    sub(/[">].*$/, "", name)
    split(name, step, "/")
    generated = name ~ /^impasto_[a-z_]+\.h$/  # written by CMake into the build folder
    if (top == "src" && quoted && step[1] != "impasto" && !generated) {
      if (!(step[1] in rank)) violation("include " name " by its path from src/, which begins with a layer")
      else if (layer == "cli" && step[1] != "cli") violation("the program sees include/impasto only, not " name)
      else if (rank[step[1]] > rank[layer]) violation(layer " may not include " name ", of a higher layer")
    }
    if (top == "src" && layer == "cli" && name ~ /^(Eigen|hwy|xtensor|xtl|nlohmann|jpeglib|jerror|png|omp)/)
      violation("the program may not know <" name ">")
    if (step[1] == "xtensor" && FILENAME != "include/impasto/xtensor.h")
      violation("xtensor\047s folders changed with 0.26: include impasto/xtensor.h, which knows both, not <" name ">")
    if (top == "include" && quoted && step[1] != "impasto") violation("a public header may not include " name)
    if (top == "include" && !quoted && name ~ /[.\/]/ && step[1] != "xtensor" &&
        !(FILENAME ~ /\/impasto_c\.h$/ && name == "stddef.h"))
      violation("a public header needs the standard library only, not <" name ">")
  }

  FILENAME != "src/base/thread_backend_openmp.cpp" &&
      (/^[ \t]*#[ \t]*pragma[ \t]+omp/ || /_Pragma[ \t]*\([ \t]*"omp/ || /[<"]omp\.h/) {
    violation("OpenMP lives in src/base/thread_backend_openmp.cpp only")
  }
  top == "src" && FILENAME !~ /^src\/base\/thread_/ && /std::(jthread|thread|async)/ {
    violation("threads live in src/base/parallel.h and src/base/thread_* only")
  }
' $files >"$violations"

awk -f tests/includes.awk $files >>"$violations"
# A check that finds nothing looks like sources without a fault: it must find this one, and only without the include.
for header in array algorithm; do
  printf '#include <%s>\nint f() { return std::min(1, 2); }\n' $header | awk -f tests/includes.awk
done | grep -c 'std::min without #include <algorithm>' | grep -qx 1 ||
  echo "tests/includes.awk:1: does not tell a missing include from one that is there" >>"$violations"

# Scripts are code too.
find . \( -path ./.git -o -path ./build -o -path './build-*' -o -path ./output \) -prune -o -type f \
  \( -name '*.py' -o -name '*.sh' -o -name '*.awk' -o -name '*.cmake' -o -name CMakeLists.txt -o -name Makefile \) \
  -exec awk 'FNR == 351 { print FILENAME ":351: more than 350 lines" }' {} + >>"$violations"

# A path of one machine. The pattern is written so that it does not match itself.
find . \( -path ./.git -o -path ./build -o -path './build-*' -o -path ./output \) -prune -o -type f \
  -exec grep -HnIE '(^|[^A-Za-z0-9_.~*-])/(work|home|root)/' {} + |
  sed 's/$/: a path that exists on one machine only/' >>"$violations"

if [ -s "$violations" ]; then
  cat "$violations"
  exit 1
fi
echo "$count files keep the rules."

#!/bin/sh
# Runs export_test.py by a Python that has PyTorch: IMPASTO_PYTHON, or python3. Usage: export_test.sh SOURCE_DIR PROGRAM
set -eu
python=${IMPASTO_PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || { echo "skipped: no $python"; exit 77; }
exec "$python" "$(dirname "$0")/export_test.py" "$1" "$2"

#!/usr/bin/env bash
# submit.sh INPUT OUTPUT [OPTION…]: judge a dataset on the cluster that MASTER names (default: yarn).
# The driver's Python environment travels along as an archive; PYTHON_ENVIRONMENT is its folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
input=$1 output=$2
shift 2
environment=${PYTHON_ENVIRONMENT:-${VIRTUAL_ENV:?activate the environment in which junheng[spark] is installed}}
packed=$(mktemp -d)
trap 'rm -rf "$packed"' EXIT
tar -czf "$packed/environment.tar.gz" -C "$environment" .
spark-submit \
  --master "${MASTER:-yarn}" \
  --archives "$packed/environment.tar.gz#environment" \
  --conf spark.pyspark.python=./environment/bin/python \
  --conf spark.pyspark.driver.python="$environment/bin/python" \
  "$here/judge.py" check "$input" --engine spark -o "parquet:$output" "$@"

#!/bin/bash
# What Spark's resource manager and the Spark operator start in a pod: `driver ARGUMENTS...` or `executor`, with the
# environment that Spark sets. Anything else is run as it is, so that `spark-submit --version` or a shell works too.
set -eu

: "${SPARK_HOME:=/opt/spark}"
export SPARK_HOME
# a user id without a name has no home for Hadoop's login
id -un >/dev/null 2>&1 || export HADOOP_USER_NAME=spark

java_options() { # SPARK_JAVA_OPT_0, _1, ...: one option each, in the order of their numbers
  env | sed -n 's/^SPARK_JAVA_OPT_\([0-9]*\)=/\1 /p' | sort -n | sed 's/^[0-9]* //'
}

class_path() {
  local path="${SPARK_CONF_DIR:-$SPARK_HOME/conf}${HADOOP_CONF_DIR:+:$HADOOP_CONF_DIR}"
  printf '%s' "$path${SPARK_EXTRA_CLASSPATH:+:$SPARK_EXTRA_CLASSPATH}:$SPARK_HOME/jars/*:$PWD"
}

case ${1:-} in
  driver)
    shift
    exec tini -s -- "$SPARK_HOME/bin/spark-submit" \
      --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" \
      --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS" \
      --deploy-mode client "$@"
    ;;
  executor)
    mapfile -t options < <(java_options)
    exec tini -s -- "$JAVA_HOME/bin/java" "${options[@]}" \
      "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" -cp "$(class_path)" \
      org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
      --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" \
      --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" \
      --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"
    ;;
  *) exec "$@" ;;
esac

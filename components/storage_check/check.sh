# Proves that a bucket works from inside the cluster: network, rights, credentials, image and OSS-HDFS itself.
# Environment: ROOT, FOLDERS (separated by spaces), CORE_SITE (Hadoop settings as XML), JARS, PROBE (unique name).
# Ends with 0 when all steps passed; else names the step and its usual cause. Removes what it wrote either way.
set -eu
conf=$(mktemp -d)
printf '%s' "$CORE_SITE" > "$conf/core-site.xml"
probe="$ROOT/.check-$PROBE"
text="written by $PROBE"
steps=6 step=0 what='' hint=''

hdfs() { java -Xmx512m -cp "$conf:$JARS/*" org.apache.hadoop.fs.FsShell "$@" 2>"$conf/err"; }
begin() {
  step=$((step + 1)) what=$1 hint=$2
  printf '%s/%s %s … ' "$step" "$steps" "$what"
}
pass() { echo ok; }
gone() { if hdfs -test -e "$1"; then echo "$1 is still there" >"$conf/err" && exit 1; fi; }
end() {
  code=$?
  trap - EXIT
  if [ "$code" -ne 0 ]; then
    printf 'FAILED\n'
    cat "$conf/err" >&2 2>/dev/null || true
    printf '\n%s: could not %s. Usual cause: %s\n' "$ROOT" "$what" "$hint" >&2
    hdfs -rm -r -f -skipTrash "$probe" >/dev/null 2>&1 || true
  fi
  rm -rf "$conf"
  exit "$code"
}
trap end EXIT

begin 'list the root' 'OSS-HDFS is off for this bucket, the pod is not in a VPC of its region, or the role lacks oss:PostDataLakeStorageFileOperation; ClassNotFound: the image lacks JindoSDK'
hdfs -ls "$ROOT/" >/dev/null
pass

begin 'create folders' 'the role may list but not write, or the bucket is in safe mode (service role AliyunOSSDlsDefaultRole missing)'
set -- "$probe"
for folder in $FOLDERS; do set -- "$@" "$ROOT/$folder"; done
hdfs -mkdir -p "$@"
pass

begin 'write a file' 'the role lacks rights on .dlsdata/, or OSS refuses a connection without TLS (fs.oss.https.enable)'
printf '%s' "$text" | hdfs -put - "$probe/written"
pass

begin 'read it back' 'the role lacks rights on .dlsdata/'
[ "$(hdfs -cat "$probe/written")" = "$text" ] || exit 1
pass

begin 'rename it' 'the address is plain OSS, not OSS-HDFS'
hdfs -mv "$probe/written" "$probe/renamed"
hdfs -test -e "$probe/renamed"
gone "$probe/written"
pass

begin 'delete it' 'a retention policy (WORM) or versioning is on: both break OSS-HDFS'
hdfs -rm -r -skipTrash "$probe" >/dev/null
gone "$probe"
pass
echo "$ROOT works"

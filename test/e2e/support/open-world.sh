#!/bin/sh
# Host side of a world: joins cgroups of its own, then leaves for new namespaces.
#   open-world.sh NAME INIT…        (WORLD_TREE=DIR: another root file system, used as the lower layer of an overlay)
# The cgroup is made below our own in every hierarchy, so that whatever limits us limits the world too;
# with a cgroup namespace rooted there, a container in the world reads `/default/x`, as on a node.
set -e
name=$1; shift
cgroups=$(cat /proc/self/cgroup) # read whole: it changes with every cgroup that we join
while IFS=: read -r _ controllers path; do
  [ -z "$controllers" ] && mount=/sys/fs/cgroup/unified || mount=/sys/fs/cgroup/${controllers#name=}
  [ -z "$controllers" ] && [ ! -d "$mount" ] && mount=/sys/fs/cgroup
  parent=$mount${path%/}
  mkdir -p "$parent/$name"
  if [ -f "$parent/$name/cpuset.cpus" ] && [ -f "$parent/$name/cgroup.clone_children" ]; then
    # A v1 cpuset takes no process before it has processors and memory.
    cat "$parent/cpuset.cpus" > "$parent/$name/cpuset.cpus"
    cat "$parent/cpuset.mems" > "$parent/$name/cpuset.mems"
    echo 1 > "$parent/$name/cgroup.clone_children"
  fi
  echo $$ > "$parent/$name/cgroup.procs"
done <<END
$cgroups
END
exec unshare --pid --fork --kill-child --mount --net --uts --ipc --cgroup sh "$(dirname "$0")/init-world.sh" "$@"

#!/bin/sh
# Inside of a world, as its PID 1: mounts, host name, loopback; says "ready"; then becomes INIT….
# /run and the runtimes' state are tmpfs, so they end with the mount namespace: nothing is left to remove.
set -e
mount --make-rprivate /
hostname node-1
busybox ip link set lo up

root=/
if [ -n "$WORLD_TREE" ]; then
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/upper /mnt/work /mnt/root
  root=/mnt/root/
  mount -t overlay -o "lowerdir=$WORLD_TREE,upperdir=/mnt/upper,workdir=/mnt/work" overlay $root
  cp /usr/bin/tini-static ${root}usr/bin/tini
  echo "127.0.0.1 localhost node-1" > ${root}etc/hosts # the CRI copies it into pods
  mkdir -p "$root$WORLD_SHARED" ${root}old
  mount --bind "$WORLD_SHARED" "$root$WORLD_SHARED"
  cp "$WORLD_NODE" ${root}usr/bin/node
  mount --rbind /dev ${root}dev
  mount -t sysfs sysfs ${root}sys
fi
mount -t proc proc ${root}proc

# Fresh mounts of the same hierarchies: seen from our cgroup namespace their root is our own cgroup.
umount -R ${root}sys/fs/cgroup 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs ${root}sys/fs/cgroup
join=
for controllers in $(cut -d: -f2 /proc/self/cgroup); do
  directory=sys/fs/cgroup/${controllers#name=}
  mkdir $root$directory
  mount -t cgroup -o "$controllers" cgroup $root$directory
  join="$join /$directory/cgroup.procs"
done
if [ -n "$join" ]; then unified=sys/fs/cgroup/unified; mkdir $root$unified; else unified=sys/fs/cgroup; fi
mount -t cgroup2 cgroup2 $root$unified

for directory in run var/lib/containerd var/lib/docker; do
  mkdir -p $root$directory
  mount -t tmpfs -o mode=755 tmpfs $root$directory
done
mkdir -p ${root}run/lock ${root}run/world/shimscope
echo "$join /$unified/cgroup.procs" > ${root}run/world/cgroups
# Under a path that is the same wherever the project lies: it shows in recordings.
mount --bind "$WORLD_PROJECT" ${root}run/world/shimscope

if [ -n "$WORLD_TREE" ]; then
  cd $root
  pivot_root . old
  umount -l /old
fi
cd /
echo ready
exec "$@" > /dev/null 2>&1

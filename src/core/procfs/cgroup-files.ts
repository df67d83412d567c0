/** Controllers put their names before those of their files; the rest are of cgroup v1. cgroups(7), Documentation/admin-guide/cgroup-v2.rst */
const file =
  /^(?:cgroup|cpu|cpuacct|cpuset|memory|io|blkio|pids|hugetlb|rdma|misc|dmem|freezer|devices|net_cls|net_prio|perf_event|irq|debug)\.|^(?:tasks|notify_on_release|release_agent)$/

/** Whether a name in a cgroup directory is one of the kernel's files; else it is a child cgroup. */
export const isCgroupFile = (name: string): boolean => file.test(name)

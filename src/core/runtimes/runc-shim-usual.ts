/**
 * What a shim for runc takes at most while all is well. 6 to 12 MB are usual, and 96 MB were seen after two million
 * execs (containerd/ttrpc#241); 8 to 16 threads are usual, since containerd starts it with GOMAXPROCS=4 or 2, and
 * 1 023 were seen (containerd/containerd#9404).
 */
export const runcShimUsual = { rssBytes: 64 * 1024 * 1024, threads: 50 }

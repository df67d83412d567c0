declare module '@stroncium/procfs' {
  /** The part of it that we compare ourselves with. */
  export const procfs: {
    processStat(pid: number): {
      readonly parent: number
      readonly comm: string
      readonly processGroup: number
      readonly session: number
      readonly flags: number
      readonly userTicks: number
      readonly kernelTicks: number
      readonly threads: number
      readonly startTicks: number
    }
  }
}

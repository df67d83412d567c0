export interface Credentials {
  readonly uid: number
  /** Bits of the effective capabilities, by number. */
  readonly effective: bigint
}

/** The owner and the capabilities in `/proc/<pid>/status`: the effective uid, `CapEff`. proc(5) */
export function parseCredentials(status: string): Credentials | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)\s/m.exec(status)?.[1]
  const effective = /^CapEff:\s+([0-9a-f]{1,16})$/m.exec(status)?.[1]
  return uid === undefined || effective === undefined
    ? undefined
    : { uid: Number(uid), effective: BigInt(`0x${effective}`) }
}

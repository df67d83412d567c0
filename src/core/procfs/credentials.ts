export interface Credentials {
  readonly uid: number
  /** The one that counts for files, and the supplementary ones. */
  readonly groups: readonly number[]
  /** Bits of the effective capabilities, by number. */
  readonly effective: bigint
}

/** The owner, its groups and capabilities in `/proc/<pid>/status`: effective uid, file system gid, `CapEff`. proc(5) */
export function parseCredentials(status: string): Credentials | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)\s/m.exec(status)?.[1]
  const gid = /^Gid:\s+\d+\s+\d+\s+\d+\s+(\d+)$/m.exec(status)?.[1]
  const more = /^Groups:([\d \t]*)$/m.exec(status)?.[1]?.match(/\d+/g) ?? []
  const effective = /^CapEff:\s+([0-9a-f]{1,16})$/m.exec(status)?.[1]
  return uid === undefined || effective === undefined
    ? undefined
    : {
        uid: Number(uid),
        groups: [...(gid === undefined ? [] : [gid]), ...more].map(Number),
        effective: BigInt(`0x${effective}`),
      }
}

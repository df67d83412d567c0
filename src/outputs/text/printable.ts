import { unprintable, writtenOut } from '../../core/procfs/unprintable.ts'

/** Text that a process or a file wrote, made safe for a terminal and for one line. */
export const printable = (text: string): string => text.replace(unprintable, writtenOut)

/** An id as people say it: twelve characters tell hexadecimal ids apart; others are names and stay whole. */
export const shortId = (id: string): string => printable(/^[0-9a-f]{32,}$/.test(id) ? id.slice(0, 12) : id)

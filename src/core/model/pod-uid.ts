/** Of a pod, as the API writes it: systemd's slices have underscores, and static pods' hashes come without dashes. */
export function podUid(written: string): string {
  const uid = written.toLowerCase().replaceAll('_', '-')
  if (!/^[0-9a-f]{32}$/.test(uid)) return uid
  return [uid.slice(0, 8), uid.slice(8, 12), uid.slice(12, 16), uid.slice(16, 20), uid.slice(20)].join('-')
}

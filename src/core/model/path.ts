export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const directoryOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/'

/** A socket address without its scheme, so that `unix:///run/x` and `/run/x` are the same; /var/run is /run. */
export function socketPath(address: string): string {
  const path = address.replace(/^unix:\/\//, '')
  return path.startsWith('/var/run/') ? path.slice('/var'.length) : path
}

import { baseName, directoryOf } from './path.ts'

/** containers/storage gives each container a directory named after it, and the bundle is `userdata` in there. store.go */
export const isStored = (path: string): boolean => baseName(path) === 'userdata'

/** The container that a bundle is of, going by its path. */
export const bundleId = (path: string): string => baseName(isStored(path) ? directoryOf(path) : path)

/** The directory under which bundles lie side by side. */
export const bundlesAround = (path: string): string => directoryOf(isStored(path) ? directoryOf(path) : path)

/** The bundle of another container in the same containers/storage. */
export const storedBundle = (storage: string, id: string): string => `${storage}/${id}/userdata`

import type { EmptyPlace } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { PlaceOf } from './containers.ts'

/** Those that are a container's own and that nobody else names so: below it, its programs may make what they like. */
export const emptyPlacesOf = ({ emptyCgroups }: HostSample, placeOf: PlaceOf): EmptyPlace[] =>
  emptyCgroups.flatMap((cgroup) => {
    const place = placeOf(cgroup.path)
    if (place?.path !== cgroup.path || (place.proves !== 'keeper' && place.podUid === null)) return []
    return [{ ...cgroup, id: place.id, podUid: place.podUid }]
  })

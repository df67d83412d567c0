/**
 * Where kata keeps what belongs to one sandbox: `/run/vc/{vm,sbs,firecracker}/<id>/` (virtcontainers/persist/fs/fs.go),
 * `/run/kata/<id>/` (runtime-rs, KATA_PATH), `/run/kata-containers/shared/sandboxes/<id>/` (shared files).
 */
const place =
  /(?:^|=)(?:\/run\/vc\/(?:vm|sbs|firecracker)|\/run\/kata|\/run\/kata-containers\/shared\/sandboxes)\/([A-Za-z0-9][A-Za-z0-9._-]*)(?:\/|$)/

/** The sandbox that a path in an argument belongs to. */
export const sandboxIn = (argument: string | undefined): string | undefined =>
  argument === undefined ? undefined : place.exec(argument)?.[1]

import { ociEngine } from './oci-engine-form.ts'

export const sysboxRunc = ociEngine({
  program: 'sysbox-runc',
  title: "Sysbox's fork of runc, for containers that run systemd or Docker inside",
  docs: 'nestybox/sysbox docs/user-guide/design.md, nestybox/sysbox-runc',
})

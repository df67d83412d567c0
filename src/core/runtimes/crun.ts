import { ociEngine } from './oci-engine-form.ts'

export const crun = ociEngine({
  program: 'crun',
  title: 'crun, the OCI engine in C',
  docs: 'containers/crun crun.1.md, src/libcrun/container.c',
})

import { ociEngine } from './oci-engine-form.ts'

export const kataRuntime = ociEngine({
  program: 'kata-runtime',
  title: 'the OCI engine of Kata Containers 1.x, and the administration tool of later ones',
  docs: 'kata-containers/runtime README.md, cli',
  lasting: ['exec'],
})

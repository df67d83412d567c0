import { ociEngine } from './oci-engine-form.ts'

export const youki = ociEngine({
  program: 'youki',
  title: 'youki, the OCI engine in Rust',
  docs: 'youki-dev/youki docs/src/user/basic_usage.md, crates/libcontainer/src/process',
})

import { ociEngine } from './oci-engine-form.ts'

export const runsc = ociEngine({
  program: 'runsc',
  title: "gVisor's OCI engine, called by its own shim or by runc's",
  docs: 'google/gvisor runsc/cli/main.go, runsc/cmd',
  // `exec` stays for as long as what it started. runsc/cmd/exec.go
  lasting: ['exec'],
})

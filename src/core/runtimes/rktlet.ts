import { plainDaemon } from './daemon-form.ts'

export const rktlet = plainDaemon({
  program: 'rktlet',
  title: 'the CRI of rkt: kubelet asks it for pods, and it runs rkt for each',
  docs: 'kubernetes-retired/rktlet docs/getting-started-guide.md',
})

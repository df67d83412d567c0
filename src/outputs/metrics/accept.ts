/**
 * Whether an `Accept` header asks for OpenMetrics rather than the Prometheus text format. Text wins a tie, and where
 * neither is named, so that a browser and curl get text. RFC 9110, 12.5.1.
 */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const ranges = (accept ?? '')
    .slice(0, 1000)
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      const weight = q === undefined ? 1 : Number(q.slice(2))
      return { type, weight: Number.isNaN(weight) ? 0 : weight }
    })
  const weightOf = (...types: string[]) =>
    Math.max(0, ...ranges.filter(({ type }) => types.includes(type)).map(({ weight }) => weight))
  const openMetrics = weightOf('application/openmetrics-text')
  return openMetrics > 0 && openMetrics > weightOf('text/plain', 'text/*')
}

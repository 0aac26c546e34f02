/** What follows takes the `hostname` of a parsed URL: lower case, IPv4 in four decimal parts, IPv6 shortened and in brackets. */

/** Hosts where a cloud hands credentials to whoever asks from inside; all are link-local but these. */
const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  // AWS: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
  '[fd00:ec2::254]',
  // Alibaba Cloud
  '100.100.100.200',
])

/** True where no model server ever is: cloud metadata services, and link-local addresses, on which they are reached. */
export function isMetadataHost(hostname: string): boolean {
  const host = plainHost(hostname)
  return METADATA_HOSTS.has(host) || host.startsWith('169.254.') || /^\[fe[89ab][0-9a-f]:/.test(host)
}

/** True when traffic to it stays on this machine or on a private network, as far as the name alone can tell. */
export function isPrivateHost(hostname: string): boolean {
  const host = plainHost(hostname)
  if (host.startsWith('[')) return host === '[::1]' || /^\[f[cd][0-9a-f]{2}:/.test(host)
  const [first = 0, second = 0] = host.split('.').map(Number)
  if (/^[\d.]+$/.test(host)) return isPrivateIPv4(first, second)
  return !host.includes('.') || /\.(?:localhost|local|internal|home\.arpa|lan)$/.test(host)
}

/** RFC 1918, loopback, and the shared space of RFC 6598. */
const isPrivateIPv4 = (first: number, second: number) =>
  first === 10 ||
  first === 127 ||
  (first === 172 && second >= 16 && second <= 31) ||
  (first === 192 && second === 168) ||
  (first === 100 && second >= 64 && second <= 127)

/** Without the root's dot, and an IPv4 address in the clothes of IPv6 as what it is. */
function plainHost(hostname: string): string {
  const host = hostname.replace(/\.$/, '')
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ?? []
  if (high === undefined || low === undefined) return host
  const parts = [high, low].flatMap((half) => [
    Number.parseInt(half, 16) >> 8,
    Number.parseInt(half, 16) & 255,
  ])
  return parts.join('.')
}

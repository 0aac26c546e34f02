import { describe, expect, it } from 'vitest'
import { isMetadataHost, isPrivateHost } from '../../shared/domain/host.ts'

const hostOf = (url: string) => new URL(url).hostname

describe('where a cloud hands out credentials', () => {
  it.each([
    'http://169.254.169.254/latest',
    'http://2852039166/',
    'http://0xA9.0xFE.0xA9.0xFE/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://[fd00:0ec2:0:0::254]/',
    'http://[fe80::1]/',
    'http://169.254.170.2/v2/credentials',
    'http://METADATA.google.internal./',
    'http://100.100.100.200/',
  ])('is known in every spelling: %s', (url) => expect(isMetadataHost(hostOf(url))).toBe(true))

  it.each(['http://10.0.0.5/', 'http://127.0.0.1/', 'https://api.together.xyz/', 'http://[fd00::5]/'])(
    'is not %s',
    (url) => expect(isMetadataHost(hostOf(url))).toBe(false),
  )
})

describe('a private network', () => {
  it.each([
    'http://localhost/',
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.7.7/',
    'http://100.64.0.1/',
    'http://[::1]/',
    'http://[fd12:3456::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://rack1/',
    'http://vllm.models.svc.cluster.local/',
  ])('has %s', (url) => expect(isPrivateHost(hostOf(url))).toBe(true))

  it.each([
    'http://8.8.8.8/',
    'http://172.32.0.1/',
    'http://100.128.0.1/',
    'http://[2606:4700::1]/',
    'http://gpu.example.com/',
    'http://10.0.0.1.example.com/',
  ])('does not have %s', (url) => expect(isPrivateHost(hostOf(url))).toBe(false))
})

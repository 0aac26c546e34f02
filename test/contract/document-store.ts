import { expect, it } from 'vitest'
import type { DocumentStore } from '../../shared/ports/document-store.ts'

const text = (bytes: Uint8Array | null) => bytes && new TextDecoder().decode(bytes)

/** Every DocumentStore adapter passes this unchanged. */
export function documentStoreContract(store: DocumentStore) {
  const folder = () => `contract/${crypto.randomUUID()}/`

  it('gives back the bytes that were put, texts as UTF-8', async () => {
    const prefix = folder()
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    await store.put(`${prefix}bytes`, bytes, 'application/octet-stream')
    await store.put(`${prefix}text`, 'Köln 🏰', 'text/plain; charset=utf-8')
    expect(await store.get(`${prefix}bytes`)).toEqual(bytes)
    expect(text(await store.get(`${prefix}text`))).toBe('Köln 🏰')
  })

  it('keeps an empty object apart from none', async () => {
    const prefix = folder()
    await store.put(`${prefix}empty`, '', 'text/plain')
    expect(await store.get(`${prefix}empty`)).toEqual(new Uint8Array())
    expect(await store.get(`${prefix}none`)).toBeNull()
    expect(await store.stream(`${prefix}none`)).toBeNull()
  })

  it('replaces what a key held', async () => {
    const key = `${folder()}a`
    await store.put(key, 'old', 'text/plain')
    await store.put(key, 'new', 'text/plain')
    expect(text(await store.get(key))).toBe('new')
  })

  it('streams what it holds', async () => {
    const key = `${folder()}a`
    await store.put(key, 'streamed', 'text/plain')
    expect(await new Response(await store.stream(key)).text()).toBe('streamed')
  })

  it('deletes many keys at once, and missing ones without a word', async () => {
    const prefix = folder()
    const keys = ['a', 'b'].map((name) => prefix + name)
    for (const key of keys) await store.put(key, key, 'text/plain')
    await store.delete([...keys, `${prefix}missing`])
    await store.delete([])
    expect(await store.list(prefix)).toEqual([])
  })

  it('deletes more keys than a vendor takes at once', async () => {
    const prefix = folder()
    const keys = Array.from({ length: 2_100 }, (_, i) => `${prefix}${i}`)
    const written = [0, 1_050, 2_099].map((i) => `${prefix}${i}`)
    for (const key of written) await store.put(key, key, 'text/plain')
    await store.delete(keys)
    expect(await store.list(prefix)).toEqual([])
  })

  it('lists the keys under a prefix and no others', async () => {
    const prefix = folder()
    await store.put(`${prefix}a/raw`, '1', 'text/plain')
    await store.put(`${prefix}b`, '2', 'text/plain')
    await store.put(`${folder()}c`, '3', 'text/plain')
    expect((await store.list(prefix)).toSorted()).toEqual([`${prefix}a/raw`, `${prefix}b`])
  })
}

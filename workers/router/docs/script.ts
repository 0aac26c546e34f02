/** Copy buttons, and the place in the contents that the reader is at. The pages are complete without it. */
export const SCRIPT = `
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const text = button.nextElementSibling
    try {
      await navigator.clipboard.writeText(text.textContent)
      button.textContent = 'Copied'
    } catch {
      // Browsers lend the clipboard to secure origins only; elsewhere the text is selected, ready to be copied.
      getSelection().selectAllChildren(text)
      button.textContent = 'Selected'
    }
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
}
const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]))
const seen = new IntersectionObserver((entries) => {
  const entry = entries.find(({ isIntersecting }) => isIntersecting)
  if (!entry) return
  document.querySelector('nav [aria-current]')?.removeAttribute('aria-current')
  const link = links.get(entry.target.id)
  link?.setAttribute('aria-current', 'true')
  link?.scrollIntoView({ block: 'nearest' })
}, { rootMargin: '-10% 0px -80%' })
for (const article of document.querySelectorAll('article')) seen.observe(article)
`

/** A paragraph in which `backticks` mark code: all the markup that descriptions in the schemas use. */
export function Prose({ text }: { text: string }) {
  return <p>{text.split('`').map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</p>
}

const plain = /^[A-Za-z0-9_./:=@%+,-]+$/

/** One word of POSIX shell that means `text` to the byte. Text with a NUL has no such word: a RangeError. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold NUL')
  if (plain.test(text) && !text.startsWith('=')) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

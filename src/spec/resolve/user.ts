/**
 * The grammar of users and groups. Digits always mean an id (a passwd entry named `1000` is not looked for), and
 * 4294967295 is (uid_t) -1, "no change": setuid would silently stay root.
 */
export function isUser(text: string): boolean {
  const [user = '', group, more] = text.split(':')
  return more === undefined && isOne(user) && (group === undefined || isOne(group))
}

export function isGroup(text: string): boolean {
  return isOne(text)
}

function isOne(text: string): boolean {
  if (/^(0|[1-9]\d{0,9})$/.test(text)) return Number(text) <= 4294967294
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,254}\$?$/.test(text)
}
